namespace ClerkSync.Database.Tests.BadInput;

/// <summary>A signed delivery that is odd in one way, and what must become of it.</summary>
internal sealed record BadDelivery
{
    public required string Name { get; init; }

    /// <summary>The body, given the id of the user that the deliveries before and after it tell of.</summary>
    public required Func<string, byte[]> Body { get; init; }

    public int Status { get; init; } = 200;

    /// <summary>The result, or the reason of a refusal, where an older state of the user is there.</summary>
    public required string Word { get; init; }

    /// <summary>The same where nothing is known of the user yet.</summary>
    public string? FirstWord { get; init; }

    /// <summary>What <c>sync_repairs</c> shows; null for nothing.</summary>
    public string? Repairs { get; init; }

    /// <summary>A column of the user's row and what it must show.</summary>
    public (string Column, string? Shown)? Shows { get; init; }

    public string? ContentType { get; init; } = "application/json";

    public bool IsChunked { get; init; }
}
