using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>Reads when the mirror was last filled and compared with Clerk, and what that found.</summary>
internal sealed class SyncHistory(ClerkSyncDatabase database)
{
    public async Task<SyncRecord> ReadAsync(CancellationToken cancellationToken)
    {
        var record = new SyncRecord(null, null, null, null);
        var query = new SqlQuery(
            $"SELECT name, value, updated_at FROM {database.Dialect.TableName(SchemaArea.Engine, "checkpoints")} WHERE name = $1 OR name = $2",
            [SqlValue.Id(BackfillCheckpoints.Name), SqlValue.Id(ReconcileRecord.Checkpoint)],
            reader =>
            {
                var (value, at) = (reader.IsDBNull(1) ? null : reader.GetString(1), database.Dialect.ReadTimestamp(reader, 2));
                record = reader.GetString(0) == BackfillCheckpoints.Name
                    ? record with { Backfill = value, BackfillAt = at }
                    : record with { Reconcile = ReconcileRecord.Parse(value), TriedAt = at };
            });
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([query], cancellationToken).ConfigureAwait(false);
        return record with { ReconciledAt = record.Reconcile?.ComparedAt };
    }
}

/// <summary>When the mirror was last filled and compared.</summary>
/// <param name="Backfill"><see cref="BackfillCheckpoints.Running"/> (or killed), <see cref="BackfillCheckpoints.Completed"/>; null for never.</param>
/// <param name="BackfillAt">Since when that is so, in Unix ms.</param>
/// <param name="Reconcile">What the last comparison found; null for none yet.</param>
/// <param name="ReconciledAt">When every list that the instance has was last compared to its end, in Unix ms; null while there is one that never was.</param>
/// <param name="TriedAt">When the last comparison ended, whether it was whole or not, in Unix ms.</param>
internal sealed record SyncRecord(string? Backfill, long? BackfillAt, ReconcileRecord? Reconcile, long? ReconciledAt, long? TriedAt = null);
