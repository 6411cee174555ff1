using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>
/// Writes what Clerk's API answered: under the writer's lock, by the rules of the mirror, with the marks of projections and the checkpoint of whoever asked,
/// all in one transaction. It makes no runs: handlers react to events, and these are none.
/// </summary>
internal sealed class ObjectWriter(ClerkSyncDatabase database, MarkRaiser? marks, TimeProvider clock)
{
    /// <summary>First pause before a transaction is repeated; doubled each time.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>How long a lock of somebody else, or a database that starts anew, is waited for. Whoever took the lease meanwhile is noticed before anything is written.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly MirrorWriter _mirror = new(database.Dialect, clock);

    /// <summary>
    /// Writes objects. An object that the database refuses is left out and named. Locks of others and a database that cannot be reached are waited for; then
    /// the failure is thrown, and the checkpoint stays as it was.
    /// </summary>
    /// <param name="changes">For each object what is said about it, its own state or absence first.</param>
    /// <param name="also">A checkpoint to write with them, or null.</param>
    /// <param name="lease">The lease that has to be held, or null.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <exception cref="SyncLeaseLostException">Another server goes on.</exception>
    public async Task<IReadOnlyList<ObjectWrite>> WriteAsync(
        IReadOnlyList<List<MirrorChange>> changes, SqlStatement? also, SyncLease? lease, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        long? failsSince = null;
        while (true)
        {
            try
            {
                return await TryAsync(changes, also, lease, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or SyncLeaseLostException))
            {
                failsSince ??= clock.GetTimestamp();
                switch (database.FaultOf(exception))
                {
                    case StorageFault.Data or StorageFault.Unknown or StorageFault.StatementTimeout when changes.Count > 1:
                        return await HalveAsync(changes, also, lease, cancellationToken).ConfigureAwait(false);
                    case StorageFault.Data when changes.Count == 1:
                        await WriteAsync([], also, lease, cancellationToken).ConfigureAwait(false);
                        return [new(changes[0][0].Id, MirrorOutcome.Unchanged, MirrorDifference.None, database.Describe(exception))];
                    case StorageFault.Transient or StorageFault.LockTimeout or StorageFault.Unavailable when clock.GetElapsedTime(failsSince.Value) < Patience:
                        break;
                    default:
                        throw;
                }
            }

            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
        }
    }

    /// <summary>What <see cref="WriteAsync"/> would do, without a lock and without a change.</summary>
    public async Task<IReadOnlyList<ObjectWrite>> CompareAsync(IReadOnlyList<List<MirrorChange>> changes, CancellationToken cancellationToken)
    {
        var batch = Begin(changes);
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync([.. batch.Load()], cancellationToken).ConfigureAwait(false);
            if (batch.LoadDocuments(changes.SelectMany(c => c)).ToArray() is { Length: > 0 } documents)
                await session.ExecuteAsync(documents, cancellationToken).ConfigureAwait(false);
        }

        return Fold(batch, changes);
    }

    /// <summary>A failure of the database, for people. Holds no payload.</summary>
    public string Describe(Exception exception) => database.Describe(exception);

    private MirrorBatch Begin(IReadOnlyList<List<MirrorChange>> changes)
    {
        var batch = _mirror.Begin();
        foreach (var change in changes.SelectMany(c => c))
            batch.Want(change);
        return batch;
    }

    private async Task<IReadOnlyList<ObjectWrite>> TryAsync(
        IReadOnlyList<List<MirrorChange>> changes, SqlStatement? also, SyncLease? lease, CancellationToken cancellationToken)
    {
        var batch = Begin(changes);
        var known = new List<ProjectionKey>();
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var isHeld = lease is null;
            SqlStatement?[] before = [.. database.Dialect.FindByKey, database.Dialect.WriterLock(static () => { }), lease?.Look(() => isHeld = true), marks?.Load(known.Add), .. batch.Load()];
            await transaction.ExecuteAsync([.. before.OfType<SqlStatement>()], cancellationToken).ConfigureAwait(false);
            if (!isHeld)
                throw new SyncLeaseLostException();
            if (batch.LoadDocuments(changes.SelectMany(c => c)).ToArray() is { Length: > 0 } documents)
                await transaction.ExecuteAsync(documents, cancellationToken).ConfigureAwait(false);

            var written = Fold(batch, changes);
            var raised = marks?.Raise(batch.VisibleChanges(), known, clock.GetUtcNow().ToUnixTimeMilliseconds()) ?? [];
            SqlStatement?[] after = [also, lease?.Renew()];
            await transaction.CommitAsync([.. batch.Write(), .. raised, .. after.OfType<SqlStatement>()], cancellationToken).ConfigureAwait(false);
            marks?.Committed();
            return written;
        }
    }

    private static List<ObjectWrite> Fold(MirrorBatch batch, IReadOnlyList<List<MirrorChange>> changes)
    {
        var written = new List<ObjectWrite>(changes.Count);
        foreach (var about in changes)
        {
            var difference = about[0].State is null ? MirrorDifference.None : batch.DifferenceFrom(about[0]);
            var outcome = batch.Apply(about[0]);
            foreach (var embedded in about.Skip(1))
                batch.Apply(embedded);
            written.Add(new(about[0].Id, outcome, difference, null));
        }

        batch.Settle();
        return written;
    }

    /// <summary>One object that the database refuses must not hold up the others of its page, and a page that takes too long may be short enough in halves.</summary>
    private async Task<IReadOnlyList<ObjectWrite>> HalveAsync(
        IReadOnlyList<List<MirrorChange>> changes, SqlStatement? also, SyncLease? lease, CancellationToken cancellationToken)
    {
        var half = changes.Count / 2;
        return
        [
            .. await WriteAsync([.. changes.Take(half)], null, lease, cancellationToken).ConfigureAwait(false),
            .. await WriteAsync([.. changes.Skip(half)], also, lease, cancellationToken).ConfigureAwait(false),
        ];
    }
}

/// <summary>What became of one object of an answer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Outcome">What writing it did.</param>
/// <param name="Difference">How the mirror differed before.</param>
/// <param name="Refused">Why the database would not take it, for people; null when it did. Holds no payload.</param>
internal sealed record ObjectWrite(string Id, MirrorOutcome Outcome, MirrorDifference Difference, string? Refused);
