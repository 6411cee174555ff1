namespace ClerkSync.AspNetCore;

/// <summary>A feature or a plan, and whose it is.</summary>
internal readonly record struct ScopedName(string Name, bool IsOfOrganization, bool IsOfUser);

/// <summary>Lists such as <c>o:dashboard,u:export,ou:search</c>.</summary>
internal static class ScopedNames
{
    /// <summary>Reads a list; null where it is none, because then nothing can be said of positions in it.</summary>
    public static IReadOnlyList<ScopedName>? TryRead(string list)
    {
        var names = new List<ScopedName>();
        foreach (var part in list.Split(',', StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                return null;
            var scope = part[..colon];
            names.Add(new(part[(colon + 1)..], scope is "o" or "ou" or "uo", scope is "u" or "ou" or "uo"));
        }

        return names;
    }

    /// <summary>Whether the list has what is asked for: a name in any scope, or with <c>o:</c> or <c>u:</c> in that scope.</summary>
    /// <exception cref="ArgumentException">The scope is not known.</exception>
    public static bool Contains(string? list, string asked)
    {
        var (scope, name) = asked.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? (asked[..colon], asked[(colon + 1)..]) : ("", asked);
        var (ofOrganization, ofUser) = scope switch
        {
            "" when name.Length == asked.Length => (true, true),
            "o" or "org" or "organization" => (true, false),
            "u" or "user" => (false, true),
            _ => throw new ArgumentException($"\"{asked}\" has a scope that is not known. Write the name alone, or with o: (the organization's) or u: (the user's) before it.", nameof(asked)),
        };
        return !string.IsNullOrEmpty(list) && name.Length > 0 && TryRead(list)?.Any(n => n.Name == name && ((ofOrganization && n.IsOfOrganization) || (ofUser && n.IsOfUser))) == true;
    }
}
