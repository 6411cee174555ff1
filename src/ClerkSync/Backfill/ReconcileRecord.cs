using System.Text.Json;
using System.Text.Json.Serialization;
using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>What is kept of the last comparison with Clerk: <c>status</c> and the health check tell its age, and what it found shows which events never arrive.</summary>
internal sealed record ReconcileRecord
{
    /// <summary>Name in <c>checkpoints</c>.</summary>
    public const string Checkpoint = "reconcile";

    public required IReadOnlyList<ReconciledTable> Tables { get; init; }

    /// <summary>Differences that were left; a table that was not compared to its end, or in which something was refused, counts at least once.</summary>
    public required long Open { get; init; }

    /// <summary>When the table with the oldest comparison was last compared to its end, in Unix ms; null while there is one that never was.</summary>
    [JsonIgnore]
    public long? ComparedAt => Tables.Where(t => t.NotOffered is null).Select(t => t.ComparedAt).ToArray() is { Length: > 0 } all && all.All(at => at is not null) ? all.Min() : null;

    /// <summary>What is to be kept of a run.</summary>
    /// <param name="report">What a run found.</param>
    /// <param name="before">What is kept of the runs before; null when nothing is.</param>
    /// <param name="isFilled">Whether a backfill has run to its end: what is missing before is no sign of lost events.</param>
    /// <param name="arrived">Event types that have ever arrived.</param>
    /// <param name="now">Unix ms.</param>
    public static ReconcileRecord Of(DriftReport report, ReconcileRecord? before, bool isFilled, IReadOnlySet<string> arrived, long now) => new()
    {
        Open = report.Tables.Sum(t => Math.Max(t.OpenCount, t.Failure is null && t.Refusal is null ? 0 : 1)),
        Tables = [.. report.Tables.Select(t => ReconciledTable.Of(t, before?.Tables.FirstOrDefault(b => b.Table == t.Table), isFilled, arrived, now))],
    };

    public static ReconcileRecord? Parse(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize(json, ReconcileJson.Default.ReconcileRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public SqlStatement Write(SqlDialect dialect, TimeProvider clock) => EngineSchema.WriteCheckpoint(
        dialect, Checkpoint, JsonSerializer.Serialize(this, ReconcileJson.Default.ReconcileRecord), clock.GetUtcNow().ToUnixTimeMilliseconds());
}

/// <summary>What the last comparison found in one table.</summary>
internal sealed record ReconciledTable(string Table)
{
    public long Listed { get; init; }

    public long Missing { get; init; }

    public long Stale { get; init; }

    public long Ahead { get; init; }

    public long Extra { get; init; }

    public long Tombstoned { get; init; }

    /// <summary>When it was last compared to its end, in Unix ms; null for never.</summary>
    public long? ComparedAt { get; init; }

    /// <summary>
    /// What all runs have repaired since the table was filled or compared to its end: each is an event that was lost, or is not subscribed to. It begins anew
    /// when an event type of the table arrives for the first time.
    /// </summary>
    public LostEvents Lost { get; init; }

    /// <summary>The table's event types that had arrived by then; null when nobody looked.</summary>
    public IReadOnlyList<string>? Arrived { get; init; }

    public string? NotOffered { get; init; }

    public string? Refusal { get; init; }

    public string? Failure { get; init; }

    /// <summary>Whether more allowed deletions would help against <see cref="Refusal"/>.</summary>
    [JsonIgnore]
    public bool IsBraked => TableDrift.IsBrake(Refusal);

    /// <summary>What is to be kept of one table.</summary>
    /// <param name="drift">What a run found.</param>
    /// <param name="before">What is kept of the runs before; null when nothing is.</param>
    /// <param name="isFilled">Whether a backfill has run to its end.</param>
    /// <param name="arrived">Event types that have ever arrived.</param>
    /// <param name="now">Unix ms.</param>
    public static ReconciledTable Of(TableDrift drift, ReconciledTable? before, bool isFilled, IReadOnlySet<string> arrived, long now)
    {
        string[] types = [.. (MirrorTables.All.FirstOrDefault(t => t.Name == drift.Table)?.EventTypes ?? []).Where(arrived.Contains)];
        var isWhole = drift.Failure is null && drift.NotOffered is null;
        return new(drift.Table)
        {
            Listed = drift.Listed,
            Missing = drift[DriftKind.Missing].Count,
            Stale = drift[DriftKind.Stale].Count,
            Ahead = drift[DriftKind.Ahead].Count,
            Extra = drift[DriftKind.Extra].Count,
            Tombstoned = drift[DriftKind.Tombstoned].Count,
            ComparedAt = isWhole ? now : before?.ComparedAt,
            Lost = before?.HasNews(arrived) == true ? default
                : isFilled || before?.ComparedAt is not null ? (before?.Lost ?? default).Plus(LostEvents.Of(drift))
                : default,
            Arrived = types,
            NotOffered = drift.NotOffered,
            Refusal = drift.Refusal,
            Failure = drift.Failure,
        };
    }

    /// <summary>Whether an event type of the table has arrived since for the first time: what was lost before says nothing about the others then.</summary>
    public bool HasNews(IReadOnlySet<string> arrived) =>
        Arrived is { } known && MirrorTables.All.FirstOrDefault(t => t.Name == Table) is { } table && table.EventTypes.Any(t => arrived.Contains(t) && !known.Contains(t, StringComparer.Ordinal));
}

/// <summary>Changes that reconcile had to find because no event told of them.</summary>
/// <param name="Created">Objects that were missing.</param>
/// <param name="Updated">Objects that were older.</param>
/// <param name="Deleted">Objects that Clerk did not have any more.</param>
internal readonly record struct LostEvents(long Created, long Updated, long Deleted)
{
    /// <summary>Only what is settled now: what is left is found again.</summary>
    public static LostEvents Of(TableDrift drift) => new(drift[DriftKind.Missing].Settled, drift[DriftKind.Stale].Settled, drift[DriftKind.Extra].Settled);

    public LostEvents Plus(LostEvents other) => new(Created + other.Created, Updated + other.Updated, Deleted + other.Deleted);
}

[JsonSerializable(typeof(ReconcileRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ReconcileJson : JsonSerializerContext;
