using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>
/// Backfill and reconcile run on one server at a time. Who runs holds a row of <c>checkpoints</c> until the moment in it, by the database's clock, and each
/// transaction that writes looks under the writer's lock whether it still does.
/// </summary>
internal sealed class SyncLease
{
    /// <summary>Name of the row in <c>checkpoints</c>.</summary>
    public const string Checkpoint = "sync_lease";

    /// <summary>How long a server may be without a sign of life: longer than any transaction and any request with its retries.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    private readonly SqlDialect _dialect;
    private readonly string _checkpoints;

    public SyncLease(SqlDialect dialect)
    {
        _dialect = dialect;
        _checkpoints = dialect.TableName(SchemaArea.Engine, "checkpoints");
        Holder = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12));
    }

    /// <summary>Names this run.</summary>
    public string Holder { get; }

    /// <summary>Takes the lease, unless somebody else has it.</summary>
    public async Task<bool> TryTakeAsync(ClerkSyncDatabase database, CancellationToken cancellationToken)
    {
        var isOurs = false;
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            SqlStatement[] writerLock = _dialect.WriterLock(static () => { }) is { } statement ? [statement] : [];
            var isFree = true;
            await transaction.ExecuteAsync(
                [
                    .. writerLock,
                    new SqlQuery(
                        $"SELECT value FROM {_checkpoints} WHERE name = $1 AND value <> $2 AND updated_at > {_dialect.Now()}",
                        [SqlValue.Id(Checkpoint), SqlValue.Text(Holder)],
                        _ => isFree = false),
                ],
                cancellationToken).ConfigureAwait(false);
            if (!isFree)
                return false;
            await transaction.CommitAsync([Renew()], cancellationToken).ConfigureAwait(false);
            isOurs = true;
        }

        return isOurs;
    }

    /// <summary>The statement that looks, under the writer's lock, whether the lease is still held. One that ran out and that nobody took is.</summary>
    public SqlStatement Look(Action onHeld) => new SqlQuery(
        $"SELECT value FROM {_checkpoints} WHERE name = $1 AND value = $2", [SqlValue.Id(Checkpoint), SqlValue.Text(Holder)], _ => onHeld());

    /// <summary>The statement that prolongs it.</summary>
    public SqlStatement Renew() => new SqlQuery(
        $"INSERT INTO {_checkpoints} (name, value, updated_at) VALUES ($1, $2, {_dialect.Now("$3")}) "
        + "ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        [SqlValue.Id(Checkpoint), SqlValue.Text(Holder), SqlValue.Integer((long)Length.TotalMilliseconds)]);

    /// <summary>Gives it back, so that the next one need not wait.</summary>
    public async Task ReleaseAsync(ClerkSyncDatabase database)
    {
        var transaction = await database.BeginWriteAsync(WritePriority.Background, CancellationToken.None).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.CommitAsync(
                [new SqlQuery($"DELETE FROM {_checkpoints} WHERE name = $1 AND value = $2", [SqlValue.Id(Checkpoint), SqlValue.Text(Holder)])],
                CancellationToken.None).ConfigureAwait(false);
        }
    }
}

/// <summary>Another server has begun to backfill or reconcile, because this one gave no sign of life.</summary>
internal sealed class SyncLeaseLostException() : Exception("Another server goes on with this: the lease on backfill and reconcile was lost. Nothing that was written is wrong.");
