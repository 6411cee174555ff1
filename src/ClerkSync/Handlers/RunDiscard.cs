using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>Removes runs of a handler that did not succeed and that nobody wants any more, and what the database knows of a handler that has none left.</summary>
internal sealed class RunDiscard
{
    /// <summary>Runs or lines of one transaction: workers of other handlers never wait long behind it.</summary>
    private const int PageSize = 500;

    private readonly ClerkSyncDatabase _database;
    private readonly SqlDialect _dialect;
    private readonly string _runs;
    private readonly string _lines;
    private readonly string _lock;
    private readonly string _delete;
    private readonly string _findBusy;
    private readonly string _removeEmpty;
    private readonly RunStatements _statements;

    public RunDiscard(ClerkSyncDatabase database)
    {
        _database = database;
        _dialect = database.Dialect;
        _statements = new(_dialect);
        _runs = _dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);
        _lines = _dialect.TableName(SchemaArea.Engine, HandlerSchema.Lines);
        _lock = $"SELECT t.id FROM {_lines} AS t WHERE {_dialect.IsAnyOf("t.id", "$1")} ORDER BY t.id{_dialect.RowLock}";
        _delete = $"DELETE FROM {_runs} WHERE {_dialect.IsAnyOf("id", "$1")} AND {_dialect.IsAnyOf("state", "$2")} AND NOT {IsBusy(_runs)} RETURNING state";
        _findBusy = $"SELECT r.id FROM {_runs} AS r WHERE {_dialect.IsAnyOf("r.id", "$1")} AND {IsBusy("r")}";
        _removeEmpty = new RunCompletionSql(_dialect).RemoveEmptyText;
    }

    /// <summary>The states of runs that can be discarded.</summary>
    public static IReadOnlyList<string> States { get; } = [.. RunStates.All.Where(s => s != RunStates.Succeeded)];

    /// <summary>What a discard would do now.</summary>
    /// <param name="handler">The handler's name.</param>
    /// <param name="state">Only runs in this state; null for every state but that of success.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DiscardedRuns> CountAsync(string handler, string? state, CancellationToken cancellationToken)
    {
        var (counts, busy) = (new Dictionary<string, long>(StringComparer.Ordinal), 0L);
        var isKnown = false;
        var session = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                [
                    new SqlQuery(
                        $"SELECT r.state, count(*), count(CASE WHEN {IsBusy("r")} THEN 1 END) FROM {_runs} AS r WHERE r.handler = $1 AND r.state <> 'succeeded' GROUP BY r.state",
                        [SqlValue.Id(handler)],
                        reader => Add(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2))),
                    HandlerRegistry.Find(_dialect, handler, () => isKnown = true),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return new(counts, busy, IsForgotten: isKnown && state is null && busy == 0);

        void Add(string found, long all, long worked)
        {
            if (state is not null && state != found)
                return;
            busy += worked;
            if (all > worked)
                counts[found] = all - worked;
        }
    }

    /// <summary>Removes the runs and the lines that are empty by that. Without a state, and when nothing is left, the handler is forgotten.</summary>
    /// <param name="handler">The handler's name.</param>
    /// <param name="state">Only runs in this state; null for every state but that of success.</param>
    /// <param name="cancellationToken">Gives up. What is removed by then stays removed.</param>
    public async Task<DiscardedRuns> DiscardAsync(string handler, string? state, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var busy = new HashSet<string>(StringComparer.Ordinal);
        string[] states = state is null ? [.. States] : [state];
        foreach (var each in states)
        {
            var after = 0L;
            while (true)
            {
                var page = await PageAsync(handler, each, after, cancellationToken).ConfigureAwait(false);
                if (page.Count > 0)
                    await DeleteAsync(page, states, counts, busy, cancellationToken).ConfigureAwait(false);
                if (page.Count < PageSize)
                    break;
                after = page[^1].Sequence;
            }
        }

        await RemoveEmptyLinesAsync(handler, cancellationToken).ConfigureAwait(false);
        return new(counts, busy.Count, state is null && await ForgetAsync(handler, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The condition that a worker has begun the run and still holds its line: what it does just now is not to be taken from under it.</summary>
    private string IsBusy(string run) =>
        $"({run}.state = '{RunStates.Running}' AND EXISTS (SELECT 1 FROM {_lines} AS l WHERE l.id = {run}.line AND l.leased_until >= {_dialect.Now()}))";

    private async Task<List<(long Sequence, string Id, string Line)>> PageAsync(string handler, string state, long after, CancellationToken cancellationToken)
    {
        var page = new List<(long, string, string)>();
        var session = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // With the condition of the index of runs that did not succeed, written as it is there.
            await session.ExecuteAsync(
                [
                    new SqlQuery(
                        $"SELECT sequence, id, line FROM {_runs} WHERE state = $1 AND state <> 'succeeded' AND handler = $2 AND sequence > $3 ORDER BY sequence LIMIT $4",
                        [SqlValue.Id(state), SqlValue.Id(handler), SqlValue.Integer(after), SqlValue.Integer(PageSize)],
                        reader => page.Add((reader.GetInt64(0), reader.GetString(1), reader.GetString(2)))),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return page;
    }

    private async Task DeleteAsync(
        List<(long Sequence, string Id, string Line)> page, string[] states, Dictionary<string, long> counts, HashSet<string> busy, CancellationToken cancellationToken)
    {
        var ids = SqlValue.List([.. page.Select(r => r.Id)]);
        await ChangeAsync(
            [.. page.Select(r => r.Line).Distinct(StringComparer.Ordinal)],
            [
                new SqlQuery(_delete, [ids, SqlValue.List(states)], reader => counts[reader.GetString(0)] = counts.GetValueOrDefault(reader.GetString(0)) + 1),
                new SqlQuery(_findBusy, [ids], reader => busy.Add(reader.GetString(0))),
            ],
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lines whose runs went in another way.</summary>
    private async Task RemoveEmptyLinesAsync(string handler, CancellationToken cancellationToken)
    {
        while (true)
        {
            var empty = new List<string>();
            var session = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await session.ExecuteAsync(
                    [
                        new SqlQuery(
                            $"SELECT t.id FROM {_lines} AS t WHERE t.handler = $1 AND NOT EXISTS (SELECT 1 FROM {_runs} AS r WHERE r.line = t.id AND r.state IN {EngineSchema.OpenStates}) LIMIT $2",
                            [SqlValue.Id(handler), SqlValue.Integer(PageSize)],
                            reader => empty.Add(reader.GetString(0))),
                    ],
                    cancellationToken).ConfigureAwait(false);
            }

            if (empty.Count > 0)
                await ChangeAsync([.. empty], [], cancellationToken).ConfigureAwait(false);
            if (empty.Count < PageSize)
                return;
        }
    }

    /// <summary>Locks lines before their runs, and in the one order, as everywhere: whoever holds a line decides what its runs do. Lines that are empty then are removed.</summary>
    private async Task ChangeAsync(string[] lines, SqlStatement[] change, CancellationToken cancellationToken)
    {
        var ids = SqlValue.List(lines);
        var transaction = await _database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.ExecuteAsync([new SqlQuery(_lock, [ids], static _ => { })], cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync([.. change, new SqlQuery(_removeEmpty, [ids]), _statements.Schedule(lines)], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> ForgetAsync(string handler, CancellationToken cancellationToken)
    {
        var isForgotten = false;
        var transaction = await _database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
            await transaction.CommitAsync([HandlerRegistry.ForgetUnused(_dialect, handler, () => isForgotten = true)], cancellationToken).ConfigureAwait(false);
        return isForgotten;
    }
}

/// <summary>What a discard did, or would do.</summary>
/// <param name="ByState">How many runs went, by the state they were in; only states that had any.</param>
/// <param name="Busy">How many were left alone, because a worker is busy with them.</param>
/// <param name="IsForgotten">Whether the database does not know the handler any more.</param>
internal sealed record DiscardedRuns(IReadOnlyDictionary<string, long> ByState, long Busy, bool IsForgotten)
{
    public long Count => ByState.Values.Sum();
}
