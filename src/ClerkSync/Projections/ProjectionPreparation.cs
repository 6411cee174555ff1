using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Projections;

/// <summary>What has to be done once before projections work: check them, raise all objects for those that are new or changed, and name what is orphaned.</summary>
internal sealed partial class ProjectionPreparation(ClerkSyncDatabase database, IReadOnlyList<Projection> projections, TimeProvider clock, ILogger<ProjectionPreparation> logger)
{
    /// <summary>Rows of the mirror whose marks are raised in one transaction.</summary>
    public int ChunkSize { get; init; } = 2000;

    private readonly ProjectionMarks _marks = new(database);

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
    /// Raises marks of all objects for a projection that is new or changed, in chunks. The checkpoint first says that raising goes on: servers with
    /// the old definition stop claiming then, and a start after a crash raises all once more.
    /// </summary>
    /// <returns>Whether there was anything to raise.</returns>
    public async Task<bool> RaiseAllAsync(Projection projection, CancellationToken cancellationToken)
    {
        string? stored = null;
        var name = MarkSchema.Checkpoint(projection.Name);
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([EngineSchema.ReadCheckpoint(database.Dialect, name, value => stored = value)], cancellationToken).ConfigureAwait(false);
        var complete = MarkSchema.Stored(projection);
        if (stored == complete)
            return false;

        await WriteAsync([EngineSchema.WriteCheckpoint(database.Dialect, name, complete + MarkSchema.Raising, Now())], cancellationToken).ConfigureAwait(false);
        await RaiseEveryRowAsync(projection.Key, cancellationToken).ConfigureAwait(false);
        await WriteAsync([EngineSchema.WriteCheckpoint(database.Dialect, name, complete, Now())], cancellationToken).ConfigureAwait(false);
        LogRaised(logger, projection.Name, stored is null ? "new" : stored.StartsWith(complete, StringComparison.Ordinal) ? "back" : "changed");
        return true;
    }

    /// <summary>Raises marks of all objects, whatever was raised before.</summary>
    /// <returns>How many objects there are.</returns>
    public async Task<long> RaiseEveryRowAsync(ProjectionKey projection, CancellationToken cancellationToken)
    {
        var raised = 0L;
        for (string? after = ""; after is not null;)
        {
            var (last, rows) = await RaiseChunkAsync(projection, after, cancellationToken).ConfigureAwait(false);
            raised += rows;
            after = last;
        }

        return raised;
    }

    /// <summary>
    /// Names projections that have marks and are not in this process. Their marks stay. From now on this process raises none for them, which
    /// is written down, so that all objects are raised if they come back.
    /// </summary>
    public async Task NameOrphansAsync(CancellationToken cancellationToken)
    {
        var reader = new MarkReader(database);
        string[] gone = [.. (await reader.KnownAsync(cancellationToken).ConfigureAwait(false)).Select(k => k.Name).Where(name => projections.All(p => p.Name != name))];
        var checkpoints = database.Dialect.TableName(SchemaArea.Engine, "checkpoints");
        if (gone.Length > 0)
        {
            await WriteAsync(
                [
                    new SqlQuery(
                        $"UPDATE {checkpoints} SET value = value || '{MarkSchema.Missed}' WHERE {database.Dialect.IsAnyOf("name", "$1")} AND value NOT LIKE '%{MarkSchema.Missed}'",
                        [SqlValue.List([.. gone.Select(MarkSchema.Checkpoint)])]),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        var counts = await reader.CountAsync(cancellationToken).ConfigureAwait(false);
        string[] orphans = [.. counts.Select(c => c.Projection).Where(name => projections.All(p => p.Name != name))];
        if (orphans.Length > 0)
            LogOrphans(logger, string.Join(", ", orphans));
    }

    private async Task<(string? Last, long Rows)> RaiseChunkAsync(ProjectionKey projection, string after, CancellationToken cancellationToken)
    {
        string? last = null;
        var rows = 0L;
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.ExecuteAsync([_marks.LastOfNext(projection.Table, after, ChunkSize, (id, count) => (last, rows) = (id, count))], cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(last is null ? [] : [_marks.RaiseBetween(projection, after, last, Now())], cancellationToken).ConfigureAwait(false);
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

    [LoggerMessage(4102, LogLevel.Warning, "There are objects that wait for projections which this process does not have: {Projections}. They are left alone.")]
    private static partial void LogOrphans(ILogger logger, string projections);
}
