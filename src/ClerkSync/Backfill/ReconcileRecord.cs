using System.Text.Json;
using System.Text.Json.Serialization;
using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>What is kept of the last comparison with Clerk: <c>status</c> and the health check tell its age, and what it found shows which events never arrive.</summary>
internal sealed record ReconcileRecord
{
    /// <summary>Name in <c>checkpoints</c>.</summary>
    public const string Checkpoint = "reconcile";

    public required IReadOnlyList<ReconciledTable> Tables { get; init; }

    /// <summary>Differences that were left.</summary>
    public required long Open { get; init; }

    /// <summary>What is to be kept of a run.</summary>
    /// <param name="report">What a run found.</param>
    /// <param name="before">What is kept of the runs before; null when nothing is, or when what this run found missing was never filled in.</param>
    public static ReconcileRecord Of(DriftReport report, ReconcileRecord? before) => new()
    {
        Open = report.OpenCount,
        Tables =
        [
            .. report.Tables.Select(t => new ReconciledTable(t.Table)
            {
                Listed = t.Listed,
                Missing = t[DriftKind.Missing].Count,
                Stale = t[DriftKind.Stale].Count,
                Ahead = t[DriftKind.Ahead].Count,
                Extra = t[DriftKind.Extra].Count,
                Tombstoned = t[DriftKind.Tombstoned].Count,
                Lost = before?.Tables.FirstOrDefault(b => b.Table == t.Table) is { } earlier ? earlier.Lost.Plus(LostEvents.Of(t)) : before is null ? default : LostEvents.Of(t),
                NotOffered = t.NotOffered,
                Refusal = t.Refusal,
                Failure = t.Failure,
            }),
        ],
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

    /// <summary>What all runs since the backfill have found: each is an event that was lost, or is not subscribed to.</summary>
    public LostEvents Lost { get; init; }

    public string? NotOffered { get; init; }

    public string? Refusal { get; init; }

    public string? Failure { get; init; }
}

/// <summary>Changes that reconcile had to find because no event told of them.</summary>
/// <param name="Created">Objects that were missing.</param>
/// <param name="Updated">Objects that were older.</param>
/// <param name="Deleted">Objects that Clerk did not have any more.</param>
internal readonly record struct LostEvents(long Created, long Updated, long Deleted)
{
    public static LostEvents Of(TableDrift drift) => new(drift[DriftKind.Missing].Count, drift[DriftKind.Stale].Count, drift[DriftKind.Extra].Count);

    public LostEvents Plus(LostEvents other) => new(Created + other.Created, Updated + other.Updated, Deleted + other.Deleted);
}

[JsonSerializable(typeof(ReconcileRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ReconcileJson : JsonSerializerContext;
