using ClerkSync.ClerkApi;
using ClerkSync.Inbox;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Backfill;

/// <summary>What a comparison with Clerk is to do.</summary>
internal sealed record ReconcileRequest
{
    /// <summary>Changes nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Most rows of one table that may be deleted; null for the brake's own rules.</summary>
    public long? MaxDeletions { get; init; }

    /// <summary>Objects of one page.</summary>
    public int PageSize { get; init; } = ListingReader.LargestPage;

    /// <summary>Objects whose told deletion is to be taken back, if Clerk has them.</summary>
    public IReadOnlyList<string> LiftedIds { get; init; } = [];
}

/// <summary>
/// Finds and repairs every difference between the mirror and Clerk. Deliveries may arrive meanwhile. A run that is interrupted has deleted nothing: deletions
/// come at the very end, each proved by an answer of its own, and only when every list that they rest on was read to its end.
/// </summary>
internal sealed partial class Reconciliation(
    ClerkSyncDatabase database, ClerkApiClient api, ObjectWriter writer, InstanceGuard instance, TimeProvider clock, ILogger<Reconciliation> logger)
{
    /// <summary>Lists that are read at once.</summary>
    private const int Streams = 4;

    /// <summary>Deletions in one transaction.</summary>
    private const int ChunkSize = 500;

    private readonly MirrorIds _mirror = new(database);

    /// <summary>Compares, and repairs unless it is a dry run.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Told after each page; may be null.</param>
    /// <param name="cancellationToken">Ends the run; what is repaired stays.</param>
    /// <exception cref="WrongInstanceException">The key belongs to another instance.</exception>
    /// <exception cref="ClerkApiException">Clerk does not take the key, or does not answer at all.</exception>
    /// <exception cref="SyncBusyException">Another server backfills or reconciles.</exception>
    public async Task<DriftReport> RunAsync(ReconcileRequest request, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        if (request.IsDryRun)
            return await CompareAsync(request, new(await instance.RequireAsync(writes: false, cancellationToken).ConfigureAwait(false), null), progress, cancellationToken).ConfigureAwait(false);

        return await SyncLease.HoldAsync(
            database,
            clock,
            logger,
            async (lease, token) =>
            {
                var scope = new SyncScope(await instance.RequireAsync(writes: true, token).ConfigureAwait(false), lease);
                var report = await CompareAsync(request, scope, progress, token).ConfigureAwait(false);
                await KeepAsync(report, lease, token).ConfigureAwait(false);
                Log(report);
                return report;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps what a run found, and with it which event types have arrived by now: the inbox forgets them.</summary>
    private async Task KeepAsync(DriftReport report, SyncLease lease, CancellationToken cancellationToken)
    {
        var (arrived, keep) = await new ArrivedTypes(database, clock).ReadAsync(cancellationToken).ConfigureAwait(false);
        if (keep is not null)
            await writer.WriteAsync([], keep, lease, cancellationToken).ConfigureAwait(false);
        var history = await new SyncHistory(database).ReadAsync(cancellationToken).ConfigureAwait(false);
        var record = ReconcileRecord.Of(
            report,
            history.Reconcile,
            isFilled: history.Backfill == BackfillCheckpoints.Completed,
            arrived,
            clock.GetUtcNow().ToUnixTimeMilliseconds());
        await writer.WriteAsync([], record.Write(database.Dialect, clock), lease, cancellationToken).ConfigureAwait(false);
    }

    private async Task<DriftReport> CompareAsync(ReconcileRequest request, SyncScope scope, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        var lifted = new List<LiftedTombstone>();
        foreach (var id in request.LiftedIds)
            lifted.Add(new(id, await LiftAsync(id, request, scope, cancellationToken).ConfigureAwait(false)));

        TableComparison[] tables = [.. BackfillRun.Tables.Select(t => new TableComparison(t, api, writer, _mirror, request))];

        // Parents first: a membership brings its organization with it, which would not be missing any more when its own turn comes.
        foreach (var generation in tables.GroupBy(t => t.Table.Parents.Count > 0).OrderBy(g => g.Key))
        {
            await Parallel.ForEachAsync(
                generation,
                new ParallelOptions { MaxDegreeOfParallelism = Streams, CancellationToken = cancellationToken },
                async (table, token) => await table.RunAsync(scope, progress, token).ConfigureAwait(false)).ConfigureAwait(false);
        }

        await DeleteAsync(tables, request, scope, cancellationToken).ConfigureAwait(false);
        return new(request.IsDryRun, [.. tables.Select(t => t.Drift)], lifted);
    }

    /// <summary>Parents first: what they take with them counts for the brake of the tables below.</summary>
    private async Task DeleteAsync(TableComparison[] tables, ReconcileRequest request, SyncScope scope, CancellationToken cancellationToken)
    {
        var brake = new DeletionBrake(request.MaxDeletions);
        var accepted = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var table in tables.Where(t => t.Gone.Count > 0))
        {
            string[] ids = [.. table.Gone.Select(g => g.Row.Id)];
            var proposed = new Dictionary<string, string[]>(accepted, StringComparer.Ordinal) { [table.Table.Name] = ids };
            table.Drift.Refusal ??= await ProblemAsync(table.Table, proposed, brake, cancellationToken).ConfigureAwait(false);
            var isAccepted = table.Drift.Refusal is null;
            if (isAccepted)
                accepted = proposed;

            // A stub was never more than a mention, so no event of its end was lost.
            foreach (var (row, _) in table.Gone.Where(g => !g.Row.IsStub))
                table.Drift[DriftKind.Extra].Add(row.Id, isAccepted && !request.IsDryRun);
        }

        if (request.IsDryRun)
            return;
        foreach (var table in tables.Where(t => accepted.ContainsKey(t.Table.Name)))
        {
            foreach (var chunk in table.Gone.Chunk(ChunkSize))
                await writer.WriteAsync([.. chunk.Select(g => new List<MirrorChange> { g.Absence })], null, scope.Lease, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> ProblemAsync(MirrorTable table, Dictionary<string, string[]> proposed, DeletionBrake brake, CancellationToken cancellationToken)
    {
        foreach (var affected in MirrorTables.ChildrenOf(table.Name).Select(c => c.Table).Prepend(table))
        {
            var going = await _mirror.CountGoingAsync(affected, proposed, cancellationToken).ConfigureAwait(false);
            if (brake.Problem(affected.Name, going, await _mirror.CountAsync(affected, cancellationToken).ConfigureAwait(false)) is { } problem)
                return problem;
        }

        return null;
    }

    /// <summary>Takes a told deletion back.</summary>
    /// <returns>Why not; null when it was done.</returns>
    private async Task<string?> LiftAsync(string id, ReconcileRequest request, SyncScope scope, CancellationToken cancellationToken)
    {
        if (await _mirror.FindTombstoneAsync(id, cancellationToken).ConfigureAwait(false) is not var (table, row))
            return "the mirror has no deletion of it that Clerk told";
        foreach (var parent in row.ParentIds.OfType<string>())
        {
            if (await _mirror.FindTombstoneAsync(parent, cancellationToken).ConfigureAwait(false) is not null)
                return $"{parent}, which it belongs to, is deleted as well: lift that one too";
        }

        var answer = (await new ClerkQuestions(api, request.PageSize).AskAsync(table, [row], cancellationToken).ConfigureAwait(false))[0].Answer;
        if (answer is not ClerkAnswer.Present(var found, var takenAt))
            return answer is ClerkAnswer.Absent ? "Clerk does not have it" : "Clerk cannot be asked for it";
        if (request.IsDryRun)
            return null;
        List<MirrorChange> change = MirrorChangeReader.Read(table, found, takenAt, StateOrigin.Reconcile, scope.InstanceId);
        change[0] = change[0].With(Overruling.Tombstone);
        return (await writer.WriteAsync([change], null, scope.Lease, cancellationToken).ConfigureAwait(false))[0].Refused;
    }

    private void Log(DriftReport report)
    {
        foreach (var table in report.Tables)
        {
            if (table.Failure is { } failure)
                LogFailed(logger, table.Table, failure);
            if (table.Refusal is { } refusal)
                LogRefused(logger, table.Table, refusal);
        }

        LogEnd(logger, report.Tables.Sum(t => t.Listed), report.DriftCount, report.OpenCount);
    }

    [LoggerMessage(5101, LogLevel.Information, "Reconcile: {Listed} objects compared, {Drift} differences found, {Open} of them left.")]
    private static partial void LogEnd(ILogger logger, long listed, long drift, long open);

    [LoggerMessage(5102, LogLevel.Error, "Reconcile of {Table} stopped: {Why} Nothing was deleted there.")]
    private static partial void LogFailed(ILogger logger, string table, string why);

    [LoggerMessage(5103, LogLevel.Warning, "Reconcile deletes nothing in {Table}: {Why}.")]
    private static partial void LogRefused(ILogger logger, string table, string why);
}
