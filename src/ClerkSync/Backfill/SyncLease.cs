using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Backfill;

/// <summary>
/// Backfill and reconcile run on one server at a time. Who runs holds a row of <c>checkpoints</c> until the moment in it, by the database's clock, prolongs it again and
/// again, and each transaction that writes looks under the writer's lock whether it is still held.
/// </summary>
internal sealed partial class SyncLease
{
    /// <summary>Name of the row in <c>checkpoints</c>.</summary>
    public const string Checkpoint = "sync_lease";

    /// <summary>How long a server may be without a sign of life: who was killed and begins again has to wait so long.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

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

    /// <summary>Does work under the lease, and keeps it meanwhile.</summary>
    /// <param name="database">The database.</param>
    /// <param name="clock">Says when to prolong it.</param>
    /// <param name="logger">Told when it cannot be given back.</param>
    /// <param name="work">The work; its token is cancelled when the lease is lost.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SyncBusyException">Another server has the lease.</exception>
    /// <exception cref="SyncLeaseLostException">Another server took it meanwhile.</exception>
    public static async Task<T> HoldAsync<T>(
        ClerkSyncDatabase database, TimeProvider clock, ILogger logger, Func<SyncLease, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var lease = new SyncLease(database.Dialect);
        if (!await lease.TryTakeAsync(database, cancellationToken).ConfigureAwait(false))
            throw new SyncBusyException();
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var keeping = lease.KeepAsync(database, clock, lost.CancelAsync, ended.Token);
        try
        {
            return await work(lease, lost.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SyncLeaseLostException();
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await keeping.ConfigureAwait(false);
            await lease.ReleaseAsync(database, logger).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lease or prolongs it, unless somebody else has it.</summary>
    public async Task<bool> TryTakeAsync(ClerkSyncDatabase database, CancellationToken cancellationToken)
    {
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
            if (isFree)
                await transaction.CommitAsync([Renew()], cancellationToken).ConfigureAwait(false);
            return isFree;
        }
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
    public async Task ReleaseAsync(ClerkSyncDatabase database, ILogger logger)
    {
        try
        {
            var transaction = await database.BeginWriteAsync(WritePriority.Background, CancellationToken.None).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await transaction.CommitAsync(
                    [new SqlQuery($"DELETE FROM {_checkpoints} WHERE name = $1 AND value = $2", [SqlValue.Id(Checkpoint), SqlValue.Text(Holder)])],
                    CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            LogNotReleased(logger, database.Describe(exception));
        }
    }

    /// <summary>Questions to Clerk and pauses that Clerk asks for may take longer than the lease lasts.</summary>
    private async Task KeepAsync(ClerkSyncDatabase database, TimeProvider clock, Func<Task> onLost, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Heartbeat, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                try
                {
                    if (!await TryTakeAsync(database, ended).ConfigureAwait(false))
                        await onLost().ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // The database is away: the work will meet that too, and whoever writes looks first.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }
    }

    [LoggerMessage(5004, LogLevel.Warning, "The lease on backfill and reconcile could not be given back ({Error}); it runs out by itself within minutes.")]
    private static partial void LogNotReleased(ILogger logger, string error);
}

/// <summary>Another server has begun to backfill or reconcile, because this one gave no sign of life.</summary>
internal sealed class SyncLeaseLostException() : Exception("Another server goes on with this: the lease on backfill and reconcile was lost. Nothing that was written is wrong.");
