using ClerkSync.ClerkApi;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Backfill;

/// <summary>
/// Fills the mirror from Clerk's lists: every table that has one, several at once, each with a checkpoint of its own that is written with the page. Whoever
/// goes on after a crash reads at most one page of each again. Deliveries may arrive meanwhile: versions decide, as always.
/// </summary>
internal sealed partial class BackfillRun(
    ClerkSyncDatabase database, ClerkApiClient api, ObjectWriter writer, InstanceGuard instance, TimeProvider clock, ILogger<BackfillRun> logger)
{
    /// <summary>Lists that are read at once: while one waits for Clerk another one writes.</summary>
    private const int Streams = 4;

    private readonly BackfillCheckpoints _checkpoints = new(database, clock);

    /// <summary>Objects of one page.</summary>
    public int PageSize { get; init; } = ListingReader.LargestPage;

    /// <summary>Tables that Clerk can list.</summary>
    public static IReadOnlyList<MirrorTable> Tables { get; } = [.. MirrorTables.All.Where(t => t.Listing is not null)];

    /// <summary>Whether a backfill has run to its end in this database.</summary>
    public async Task<bool> IsCompleteAsync(CancellationToken cancellationToken) =>
        (await _checkpoints.ReadAsync(cancellationToken).ConfigureAwait(false)).State == BackfillCheckpoints.Completed;

    /// <summary>Goes on with the last run, or begins a new one where that had ended.</summary>
    /// <param name="fromStart">Begins a new one in any case.</param>
    /// <param name="progress">Told after each page; may be null.</param>
    /// <param name="cancellationToken">Ends the run; what is written stays, and the next run goes on from there.</param>
    /// <exception cref="WrongInstanceException">The key belongs to another instance.</exception>
    /// <exception cref="ClerkApiException">Clerk does not take the key, or does not answer at all.</exception>
    /// <exception cref="SyncBusyException">Another server backfills or reconciles.</exception>
    public async Task<BackfillReport> RunAsync(bool fromStart, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        return await SyncLease.HoldAsync(
            database,
            clock,
            logger,
            async (lease, token) =>
            {
                var instanceId = await instance.RequireAsync(writes: true, token).ConfigureAwait(false);
                var saved = await _checkpoints.BeginAsync(fromStart, token).ConfigureAwait(false);
                var report = await ReadAllAsync(saved, instanceId, lease, progress, token).ConfigureAwait(false);
                if (report.IsComplete)
                    await writer.WriteAsync([], _checkpoints.Complete(), lease, token).ConfigureAwait(false);
                return report;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<BackfillReport> ReadAllAsync(
        IReadOnlyDictionary<string, ListingCursor> saved, string instanceId, SyncLease lease, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        var mirror = new MirrorIds(database);
        var streams = Tables.Select(t => new BackfillStream(t, api, writer, mirror, _checkpoints) { PageSize = PageSize, Cursor = saved.GetValueOrDefault(t.Name) ?? new() }).ToArray();
        await Parallel.ForEachAsync(
            streams,
            new ParallelOptions { MaxDegreeOfParallelism = Streams, CancellationToken = cancellationToken },
            async (stream, token) => await stream.RunAsync(instanceId, lease, progress, token).ConfigureAwait(false)).ConfigureAwait(false);

        var report = new BackfillReport([.. streams.Select(s => s.Result)]);
        foreach (var table in report.Tables)
        {
            if (table.Failure is { } failure)
                LogFailed(logger, table.Table, failure);
            if (table.Gap is { } gap)
                LogGap(logger, table.Table, gap);
        }

        LogEnd(logger, report.Tables.Sum(t => t.Read), report.Tables.Sum(t => t.Applied), report.IsComplete ? "complete" : "not complete yet");
        return report;
    }

    [LoggerMessage(5001, LogLevel.Information, "Backfill: {Read} objects read, {Applied} rows written, {State}.")]
    private static partial void LogEnd(ILogger logger, long read, long applied, string state);

    [LoggerMessage(5002, LogLevel.Error, "Backfill of {Table} stopped: {Why} The next run goes on from there.")]
    private static partial void LogFailed(ILogger logger, string table, string why);

    [LoggerMessage(5003, LogLevel.Warning, "Backfill of {Table} may not be everything: {Why}.")]
    private static partial void LogGap(ILogger logger, string table, string why);
}

/// <summary>Another server, or another command, backfills or reconciles this database.</summary>
internal sealed class SyncBusyException() : Exception(
    "Another server or command is backfilling or reconciling this database. Wait until it has ended; one that was killed is taken for gone after a minute.");
