namespace ClerkSync.Emulator;

/// <summary>
/// Objects that exist from the start, for large tests. They are made when somebody asks for them and take no memory until they are changed. No events
/// tell of them.
/// </summary>
public sealed record ClerkPopulation
{
    /// <summary>No objects.</summary>
    public static ClerkPopulation None { get; } = new();

    /// <summary>How many users, 0 to 100,000,000.</summary>
    public int Users { get; init; }
}
