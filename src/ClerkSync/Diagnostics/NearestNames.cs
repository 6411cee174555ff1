namespace ClerkSync.Diagnostics;

/// <summary>Finds the names somebody may have meant.</summary>
internal static class NearestNames
{
    /// <summary>The closest names, best first; empty when nothing comes close.</summary>
    public static IReadOnlyList<string> To(string typed, IEnumerable<string> names, int most = 3)
    {
        return names
            .Distinct(StringComparer.Ordinal)
            .Select(name => (Name: name, Distance: Distance(typed, name)))
            .Where(candidate => candidate.Distance <= Math.Max(2, typed.Length / 3))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Take(most)
            .Select(candidate => candidate.Name)
            .ToList();
    }

    /// <summary>Edits from one to the other, upper and lower case alike. A whole name behind a dot counts as one edit: people leave out the beginning.</summary>
    private static int Distance(string typed, string name)
    {
        if (name.EndsWith('.' + typed, StringComparison.OrdinalIgnoreCase))
            return 1;

        var previous = new int[name.Length + 1];
        var current = new int[name.Length + 1];
        for (var column = 0; column <= name.Length; column++)
            previous[column] = column;

        for (var row = 1; row <= typed.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= name.Length; column++)
            {
                var same = char.ToUpperInvariant(typed[row - 1]) == char.ToUpperInvariant(name[column - 1]);
                current[column] = Math.Min(Math.Min(current[column - 1], previous[column]) + 1, previous[column - 1] + (same ? 0 : 1));
            }

            (previous, current) = (current, previous);
        }

        return previous[name.Length];
    }
}
