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

    /// <summary>How many organizations; with <see cref="MembersPerOrganization"/> at most 100,000,000 memberships. They need users.</summary>
    public int Organizations { get; init; }

    /// <summary>How many members each organization has: 10; at most as many as there are users. The first one is its administrator.</summary>
    public int MembersPerOrganization { get; init; } = 10;

    internal int UserOf(long membership) => (int)(membership % Users);

    /// <summary>Refuses a population that cannot be.</summary>
    /// <exception cref="ArgumentException">The numbers do not go together.</exception>
    internal void Validate(string parameterName)
    {
        const int Most = 100_000_000;
        if (Users is < 0 or > Most || Organizations < 0 || MembersPerOrganization < 1 || (long)Organizations * MembersPerOrganization > Most)
            throw new ArgumentException("A population has 0 to 100,000,000 users and as many memberships, and each organization has at least one member.", parameterName);
        if (Organizations > 0 && MembersPerOrganization > Users)
            throw new ArgumentException($"An organization cannot have {MembersPerOrganization} members when there are {Users} users.", parameterName);
    }
}
