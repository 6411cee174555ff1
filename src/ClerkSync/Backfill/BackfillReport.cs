using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>What a backfill did.</summary>
/// <param name="Tables">A result for each table that Clerk can list.</param>
internal sealed record BackfillReport(IReadOnlyList<BackfillResult> Tables)
{
    /// <summary>Whether every list was read to its end.</summary>
    public bool IsComplete => Tables.All(t => t.IsDone);
}

/// <summary>What a backfill did with one table.</summary>
internal sealed class BackfillResult(string table)
{
    /// <summary>Most objects that are named because the database refused them.</summary>
    private const int MostNamed = 20;

    private readonly List<ObjectWrite> _refused = [];

    public string Table { get; } = table;

    /// <summary>Objects of the list so far, those of the run that was gone on with included.</summary>
    public long Read { get; private set; }

    /// <summary>Rows that this run wrote because they were missing or older.</summary>
    public long Applied { get; private set; }

    /// <summary>Objects that the mirror had already, or newer, or as deleted.</summary>
    public long Known { get; private set; }

    /// <summary>Objects that the database refused.</summary>
    public long RefusedCount { get; private set; }

    /// <summary>Some of them.</summary>
    public IReadOnlyList<ObjectWrite> Refused => _refused;

    /// <summary>Objects of the list that have no readable id.</summary>
    public long Unreadable { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>Why the list may not be everything, or null.</summary>
    public string? Gap { get; private set; }

    /// <summary>Clerk's code where the instance does not have this list; else null.</summary>
    public string? NotOffered { get; private set; }

    /// <summary>Why it stopped, or null.</summary>
    public string? Failure { get; set; }

    public void Take(ListingCursor cursor)
    {
        Read = cursor.Count;
        IsDone = cursor.IsDone;
        Gap = cursor.Gap;
        Unreadable = cursor.Unreadable;
        NotOffered = cursor.NotOffered;
    }

    public void Take(IReadOnlyList<ObjectWrite> written)
    {
        Applied += written.Count(w => w.Outcome == MirrorOutcome.Applied);
        foreach (var refused in written.Where(w => w.Refused is not null))
        {
            RefusedCount++;
            if (_refused.Count < MostNamed)
                _refused.Add(refused);
        }

        Known += written.Count(w => w.Outcome != MirrorOutcome.Applied && w.Refused is null);
    }
}

/// <summary>How far one list has been read.</summary>
/// <param name="Table">The table.</param>
/// <param name="Read">Objects so far.</param>
/// <param name="Total">How many Clerk counts; null when it does not say. It moves while pages are read.</param>
/// <param name="IsDone">Whether that was the end.</param>
internal readonly record struct StreamProgress(string Table, long Read, long? Total, bool IsDone);
