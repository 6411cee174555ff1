using System.Collections.Concurrent;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Projections;

/// <summary>What has to be done once before projections work: check them, raise all objects for those that are new or changed, and name what is orphaned.</summary>
internal sealed partial class ProjectionPreparation(ClerkSyncDatabase database, IReadOnlyList<Projection> projections, TimeProvider clock, ILogger<ProjectionPreparation> logger)
{
    /// <summary>Rows of the mirror whose marks are raised in one transaction.</summary>
    public int ChunkSize { get; init; } = 2000;

    /// <summary>How long a server may hold objects without a sign of life. For two of them it may hold a definition.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    private readonly ProjectionMarks _marks = new(database);
    private readonly ConcurrentDictionary<string, bool> _waiting = new(StringComparer.Ordinal);

    /// <summary>Everything that keeps any of the projections from working; empty when all can.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var twice in projections.GroupBy(p => p.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            problems.Add($"There are {twice.Count()} projections named \"{twice.Key}\". Give each a name of its own.");
        foreach (var projection in projections)
            problems.AddRange(await projection.CheckAsync(cancellationToken).ConfigureAwait(false));
        return problems;
    }

    /// <summary>
    /// Makes the definition of a projection that starts the one that counts, whatever the database had, and raises marks of all objects in chunks if it is new or
    /// changed. The checkpoint first says that raising goes on: servers with another definition stop claiming then, those without the projection raise
    /// marks for it, and a start after a crash raises all once more.
    /// </summary>
    /// <returns>Whether there was anything to raise.</returns>
    public Task<bool> RaiseAllAsync(Projection projection, CancellationToken cancellationToken) => TakeAsync(projection, isStart: true, cancellationToken);

    /// <summary>
    /// Gives a sign of life for the definition of a projection that has started. Where another server has another definition, this one waits until that server
    /// gives no sign of life for two leases, then takes over. To be called each third of a lease.
    /// </summary>
    public async Task HoldAsync(Projection projection, CancellationToken cancellationToken)
    {
        var checkpoint = Checkpoint(projection);
        var (value, isFresh) = ((string?)null, false);
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([checkpoint.Read((v, fresh) => (value, isFresh) = (v, fresh))], cancellationToken).ConfigureAwait(false);

        if (checkpoint.IsComplete(value))
        {
            await WriteAsync([checkpoint.Refresh()], cancellationToken).ConfigureAwait(false);
            _waiting.TryRemove(projection.Name, out _);
        }
        else if (value is null || !isFresh)
        {
            await TakeAsync(projection, isStart: false, cancellationToken).ConfigureAwait(false);
        }
        else if (!checkpoint.IsOwn(value) && _waiting.TryAdd(projection.Name, true))
        {
            LogWaits(logger, projection.Name);
        }
    }

    /// <summary>Raises marks of all objects, whatever was raised before.</summary>
    /// <returns>How many objects there are.</returns>
    public Task<long> RaiseEveryRowAsync(ProjectionKey projection, CancellationToken cancellationToken) => RaiseEveryRowAsync(projection, [], cancellationToken);

    /// <summary>Names projections that have marks and are not in this process. Their marks stay.</summary>
    public async Task NameOrphansAsync(CancellationToken cancellationToken)
    {
        var counts = await new MarkReader(database).CountAsync(cancellationToken).ConfigureAwait(false);
        string[] orphans = [.. counts.Select(c => c.Projection).Where(name => projections.All(p => p.Name != name))];
        if (orphans.Length > 0)
            LogOrphans(logger, string.Join(", ", orphans));
    }

    private DefinitionCheckpoint Checkpoint(Projection projection) => new(database.Dialect, projection, Lease);

    /// <summary>
    /// Decides under the writer's lock. Who receives reads the projections that are known under it too, so each change is either raised by its own transaction, or
    /// there already when all objects are raised.
    /// </summary>
    private async Task<bool> TakeAsync(Projection projection, bool isStart, CancellationToken cancellationToken)
    {
        var checkpoint = Checkpoint(projection);
        var (before, isFresh) = ((string?)null, false);
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            SqlStatement[] writerLock = database.Dialect.WriterLock(static () => { }) is { } statement ? [statement] : [];
            await transaction.ExecuteAsync([.. writerLock, checkpoint.Read((v, fresh) => (before, isFresh) = (v, fresh))], cancellationToken).ConfigureAwait(false);
            var leaves = checkpoint.IsComplete(before) || (!isStart && before is not null && isFresh);
            await transaction.CommitAsync([leaves ? checkpoint.Refresh() : checkpoint.Take()], cancellationToken).ConfigureAwait(false);
            if (leaves)
                return false;
        }

        await RaiseEveryRowAsync(projection.Key, [checkpoint.Refresh()], cancellationToken).ConfigureAwait(false);
        await WriteAsync([checkpoint.Complete()], cancellationToken).ConfigureAwait(false);
        LogRaised(logger, projection.Name, before is null ? "new" : checkpoint.IsOwn(before) ? "raised again" : "changed");
        return true;
    }

    private async Task<long> RaiseEveryRowAsync(ProjectionKey projection, SqlStatement[] sign, CancellationToken cancellationToken)
    {
        // One moment for all of them: whatever changes meanwhile became due later, and need not wait behind them.
        var now = Now();
        var raised = 0L;
        for (string? after = ""; after is not null;)
        {
            var (last, rows) = await RaiseChunkAsync(projection, after, now, sign, cancellationToken).ConfigureAwait(false);
            raised += rows;
            after = last;
        }

        return raised;
    }

    private async Task<(string? Last, long Rows)> RaiseChunkAsync(ProjectionKey projection, string after, long now, SqlStatement[] sign, CancellationToken cancellationToken)
    {
        string? last = null;
        var rows = 0L;
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.ExecuteAsync([_marks.LastOfNext(projection.Table, after, ChunkSize, (id, count) => (last, rows) = (id, count))], cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(last is null ? [] : [_marks.RaiseBetween(projection, after, last, now), .. sign], cancellationToken).ConfigureAwait(false);
        }

        return (last, rows);
    }

    private async Task WriteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
            await transaction.CommitAsync(statements, cancellationToken).ConfigureAwait(false);
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    [LoggerMessage(4101, LogLevel.Information, "Projection {Projection} is {How}: all objects are written by it now.")]
    private static partial void LogRaised(ILogger logger, string projection, string how);

    [LoggerMessage(4102, LogLevel.Warning, "There are objects that wait for projections which this process does not have: {Projections}. They are left alone. If no server has one any more: \"clerksync projections forget <name>\".")]
    private static partial void LogOrphans(ILogger logger, string projections);

    [LoggerMessage(4103, LogLevel.Error, "Another server has another definition of projection {Projection}. This one waits, and takes over when that server has ended. Give all servers the same projections.")]
    private static partial void LogWaits(ILogger logger, string projection);
}
