using ClerkSync.Events;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>Has handlers handle stored events again, or for the first time.</summary>
internal sealed class RunReplay(ClerkSyncDatabase database, TimeProvider clock)
{
    private readonly RunStatements _statements = new(database.Dialect);
    private readonly string _runs = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);
    private readonly string _makeDue = database.Dialect.BulkUpdate(database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Runs), ReplayColumns(0));

    /// <summary>What was the newest state when it arrived may have been overtaken since, and a handler that keeps a copy has to know.</summary>
    private readonly string _markStale =
        $"UPDATE {database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Runs)} AS r SET is_stale = (1 = 1) WHERE {database.Dialect.IsAnyOf("r.id", "$1")} AND EXISTS "
        + $"(SELECT 1 FROM {database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Messages)} AS n JOIN {database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Messages)} AS o ON o.id = r.message_id "
        + "WHERE n.object_id = r.object_id AND n.event_at > o.event_at AND n.result IN ('applied', 'unchanged'))";

    /// <summary>Makes the run of one event due now, with a fresh schedule.</summary>
    /// <param name="handler">The handler's name.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="raw">Its event.</param>
    /// <param name="isStale">Whether the mirror held something newer when it was applied.</param>
    /// <param name="isApplied">Whether the mirror shows it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>As of <see cref="ReplayAsync(IReadOnlyList{NewRun}, CancellationToken)"/>.</returns>
    public async Task<string?> ReplayAsync(string handler, string messageId, RawEvent raw, bool isStale, bool isApplied, CancellationToken cancellationToken) =>
        (await ReplayAsync([NewRun.Of(handler, raw, messageId, isStale, isApplied, isReplay: true)], cancellationToken).ConfigureAwait(false))[0];

    /// <summary>
    /// Makes runs due now, with a fresh schedule, in one transaction. A run that is there keeps its place in the line and its history; one that a worker is busy
    /// with is left alone.
    /// </summary>
    /// <returns>For each the state it was in; null when there was none. Where it is <see cref="RunStates.Running"/>, nothing was done.</returns>
    public async Task<IReadOnlyList<string?>> ReplayAsync(IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // A run never changes its line. The lines are locked before their runs, as everywhere: whoever holds a line decides what its runs do.
            var stored = await ReadAsync(transaction, [], runs, cancellationToken).ConfigureAwait(false);
            NewRun[] placed = [.. runs.Select(r => stored.TryGetValue(r.Id, out var there) ? r with { Line = there.Line } : r)];
            stored = await ReadAsync(transaction, [_statements.Open(placed.Select(r => (r.Handler, r.Line)), now)], runs, cancellationToken).ConfigureAwait(false);

            NewRun[] due = [.. placed.Where(r => !stored.TryGetValue(r.Id, out var there) || there.State != RunStates.Running).DistinctBy(r => r.Id, StringComparer.Ordinal)];
            if (due.Length > 0)
            {
                await transaction.CommitAsync(
                    [
                        _statements.InsertRuns(due, now),
                        MakeDue(due, now),
                        new SqlQuery(_markStale, [SqlValue.List([.. due.Select(r => r.Id)])]),
                        _statements.Schedule(due.Select(r => r.Line)),
                    ],
                    cancellationToken).ConfigureAwait(false);
            }

            return StatesOf(runs, stored);
        }
    }

    /// <summary>The state that each run is in now; null where there is none.</summary>
    public async Task<IReadOnlyList<string?>> FindAsync(IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return StatesOf(runs, await ReadAsync(session, [], runs, cancellationToken).ConfigureAwait(false));
    }

    private static string?[] StatesOf(IReadOnlyList<NewRun> runs, Dictionary<string, (string Line, string State)> stored) =>
        [.. runs.Select(r => stored.TryGetValue(r.Id, out var there) ? there.State : null)];

    private async Task<Dictionary<string, (string Line, string State)>> ReadAsync(
        SqlSession session, IReadOnlyList<SqlStatement> before, IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, (string Line, string State)>(StringComparer.Ordinal);
        await session.ExecuteAsync(
            [
                .. before,
                new SqlQuery(
                    $"SELECT id, line, state FROM {_runs} WHERE {database.Dialect.IsAnyOf("id", "$1")}",
                    [SqlValue.List([.. runs.Select(r => r.Id)])],
                    reader => stored[reader.GetString(0)] = (reader.GetString(1), reader.GetString(2))),
            ],
            cancellationToken).ConfigureAwait(false);
        return stored;
    }

    private SqlBulk MakeDue(NewRun[] runs, long now)
    {
        var columns = ReplayColumns(runs.Length);
        for (var i = 0; i < runs.Length; i++)
        {
            object?[] values = [runs[i].Id, runs[i].MessageId, RunStates.Pending, runs[i].IsApplied, true, 0L, now];
            for (var c = 0; c < values.Length; c++)
                columns[c].Values[i] = values[c];
        }

        return new(_makeDue, columns, runs.Length);
    }

    private static BulkColumn[] ReplayColumns(int rows) =>
    [
        new("id", ColumnKind.Id, rows),
        new("message_id", ColumnKind.Id, rows),
        new("state", ColumnKind.Id, rows),
        new("is_applied", ColumnKind.Boolean, rows),
        new("is_replay", ColumnKind.Boolean, rows),
        new("attempts", ColumnKind.Integer, rows),
        new("due_at", ColumnKind.Timestamp, rows),
    ];
}
