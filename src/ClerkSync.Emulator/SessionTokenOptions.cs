using System.Text.Json.Nodes;

namespace ClerkSync.Emulator;

/// <summary>What a session token says besides the session itself.</summary>
public sealed record SessionTokenOptions
{
    /// <summary>How long the token is valid: 60 seconds, as Clerk's. Negative for one that has expired already.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The claim <c>azp</c>, the origin of the page that asked for the token; null for none, as in tokens that servers ask for.</summary>
    public string? AuthorizedParty { get; init; }

    /// <summary>Further claims; they replace those of the same name. Null for none.</summary>
    public JsonObject? Claims { get; init; }
}
