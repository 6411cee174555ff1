namespace ClerkSync;

/// <summary>How ids of one kind look. What looks otherwise is not asked for: a slug would be answered with an organization too.</summary>
internal sealed class ClerkId(string prefix)
{
    private const int Longest = 190;

    public static readonly ClerkId User = new("user_");

    public static readonly ClerkId Organization = new("org_");

    public bool IsMatch(string? id) =>
        id is not null && id.Length > prefix.Length && id.Length <= Longest && id.StartsWith(prefix, StringComparison.Ordinal)
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
