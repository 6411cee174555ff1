using System.Globalization;

namespace ClerkSync.Backfill;

/// <summary>
/// Refuses deletions that look more like a mistake than like life: more than a tenth of a table and more than twenty rows, or a table of more than one row
/// emptied. Rows that go with a parent count.
/// </summary>
/// <param name="mostDeletions">What somebody allowed instead, for each table; null for the rules above.</param>
internal sealed class DeletionBrake(long? mostDeletions)
{
    private const int FewRows = 20;
    private const int Share = 10;

    /// <summary>Why so many rows must not go; null when they may.</summary>
    /// <param name="table">Whose rows they are.</param>
    /// <param name="going">How many would go.</param>
    /// <param name="live">How many there are.</param>
    public string? Problem(string table, long going, long live)
    {
        if (going == 0)
            return null;
        if (mostDeletions is { } most)
            return going <= most ? null : Text($"{going} rows of {table} would be deleted, and --max-deletions allows {most}");
        if (going >= live && live > 1)
            return Text($"all {live} rows of {table} would be deleted");
        return going > FewRows && going * Share > live
            ? Text($"{going} of {live} rows of {table} would be deleted, more than a tenth")
            : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
