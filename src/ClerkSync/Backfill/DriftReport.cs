namespace ClerkSync.Backfill;

/// <summary>What a comparison with Clerk found.</summary>
/// <param name="IsDryRun">Whether nothing was changed.</param>
/// <param name="Tables">One for each table that Clerk can list.</param>
/// <param name="Lifted">Tombstones that somebody asked to lift, and what became of them.</param>
internal sealed record DriftReport(bool IsDryRun, IReadOnlyList<TableDrift> Tables, IReadOnlyList<LiftedTombstone> Lifted)
{
    /// <summary>Differences found, whether repaired or not.</summary>
    public long DriftCount => Tables.Sum(t => t.DriftCount);

    /// <summary>Differences that remain.</summary>
    public long OpenCount => IsDryRun ? DriftCount : Tables.Sum(t => t.OpenCount);

    /// <summary>Whether all lists were read and everything found was settled.</summary>
    public bool IsSettled => OpenCount == 0 && Tables.All(t => t.Failure is null && t.Refusal is null) && Lifted.All(l => l.IsLifted);
}

/// <summary>What a comparison with Clerk found in one table.</summary>
internal sealed class TableDrift(string table)
{
    /// <summary>Most ids that are named for each kind of difference: a mirror that never was filled would name all.</summary>
    public const int MostNamed = 1000;

    /// <summary>How a <see cref="Refusal"/> begins that has its reason in the listing.</summary>
    public const string NotWhole = "the listing may not be everything";

    private readonly Dictionary<DriftKind, DriftedIds> _found = [];

    public string Table { get; } = table;

    /// <summary>Objects that Clerk listed.</summary>
    public long Listed { get; set; }

    /// <summary>Clerk's code where the instance does not have this list; else null.</summary>
    public string? NotOffered { get; set; }

    /// <summary>Why the list could not be read to its end; null when it was.</summary>
    public string? Failure { get; set; }

    /// <summary>Why nothing is deleted in this table although objects seem to be gone; null when nothing stands in the way.</summary>
    public string? Refusal { get; set; }

    /// <summary>Whether more allowed deletions would help against <see cref="Refusal"/>.</summary>
    public bool IsBraked => IsBrake(Refusal);

    /// <summary>Rows that the listing did not have and that Clerk has: pages moved while they were read. No drift.</summary>
    public long Hidden { get; set; }

    /// <summary>Rows that the listing did not have, and for which nothing is proved.</summary>
    public long Unproved { get; set; }

    /// <summary>Rows that the listing does not have, in a table where that proves nothing: they stay. No drift.</summary>
    public long Kept { get; set; }

    /// <summary>Objects that are missing or older, but changed in the last ten minutes: their events may be on their way. No drift.</summary>
    public long Recent { get; set; }

    /// <summary>Whether a refusal is one of the brake, which a number of allowed deletions releases; a listing that may not be everything is none.</summary>
    public static bool IsBrake(string? refusal) => refusal?.StartsWith(NotWhole, StringComparison.Ordinal) == false;

    public long DriftCount => _found.Values.Sum(f => f.Count);

    public long OpenCount => _found.Values.Sum(f => f.Count - f.Settled) + Unproved;

    public DriftedIds this[DriftKind kind]
    {
        get
        {
            if (!_found.TryGetValue(kind, out var ids))
                _found.Add(kind, ids = new());
            return ids;
        }
    }
}

/// <summary>Objects that differ in one way.</summary>
internal sealed class DriftedIds
{
    private readonly List<string> _ids = [];

    public long Count { get; private set; }

    /// <summary>How many of them are as Clerk has them now.</summary>
    public long Settled { get; set; }

    /// <summary>The first thousand.</summary>
    public IReadOnlyList<string> Ids => _ids;

    public void Add(string id, bool isSettled)
    {
        Count++;
        if (isSettled)
            Settled++;
        if (_ids.Count < TableDrift.MostNamed)
            _ids.Add(id);
    }
}

/// <summary>In which way mirror and Clerk differ.</summary>
internal enum DriftKind
{
    /// <summary>Clerk has it, the mirror does not.</summary>
    Missing,

    /// <summary>The mirror has an older state.</summary>
    Stale,

    /// <summary>The mirror has a newer state than Clerk.</summary>
    Ahead,

    /// <summary>The mirror has it, and Clerk does not.</summary>
    Extra,

    /// <summary>Clerk told that it is deleted, and still has it.</summary>
    Tombstoned,
}

/// <summary>A tombstone that somebody asked to lift.</summary>
/// <param name="Id">The object.</param>
/// <param name="Why">Why it was not lifted; null when it was.</param>
internal sealed record LiftedTombstone(string Id, string? Why)
{
    public bool IsLifted => Why is null;
}
