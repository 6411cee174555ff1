using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>The statements that complete runs: who still holds the line, then run and line together.</summary>
internal sealed class RunCompletionSql
{
    private readonly SqlDialect _dialect;
    private readonly string _lines;
    private readonly string _updateRuns;
    private readonly string _freeLines;

    public RunCompletionSql(SqlDialect dialect)
    {
        _dialect = dialect;
        _lines = dialect.TableName(SchemaArea.Engine, HandlerSchema.Lines);
        var runs = dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);
        _updateRuns = dialect.BulkUpdate(runs, RunColumns(0));
        _freeLines = $"UPDATE {_lines} AS l SET leased_until = NULL, due_at = {HandlerSchema.DueOfOldest(dialect, "l")} WHERE {dialect.IsAnyOf("l.id", "$1")}";
        RemoveEmptyText =
            $"DELETE FROM {_lines} WHERE {dialect.IsAnyOf("id", "$1")} AND NOT EXISTS (SELECT 1 FROM {runs} AS r WHERE r.line = {_lines}.id AND r.state IN {EngineSchema.OpenStates})";
    }

    /// <summary>Removes lines without an open run. Only under their lock: a run may be on its way.</summary>
    public string RemoveEmptyText { get; }

    /// <summary>Locks the lines and tells which of them are still held. A line that was freed is not: its result is written already.</summary>
    public async Task<bool[]> FindHeldAsync(SqlSession session, IReadOnlyList<RunOutcome> outcomes, CancellationToken cancellationToken)
    {
        var fences = new Dictionary<string, long>(StringComparer.Ordinal);
        await session.ExecuteAsync(
            [
                .. _dialect.PlanAnew,
                new SqlQuery(
                    $"SELECT t.id, t.fence FROM {_lines} AS t WHERE {_dialect.IsAnyOf("t.id", "$1")} AND t.leased_until IS NOT NULL ORDER BY t.id{_dialect.RowLock}",
                    [SqlValue.List([.. outcomes.Select(o => o.Run.Line)])],
                    reader => fences[reader.GetString(0)] = reader.GetInt64(1)),
            ],
            cancellationToken).ConfigureAwait(false);
        return [.. outcomes.Select(o => fences.TryGetValue(o.Run.Line, out var fence) && fence == o.Run.Fence)];
    }

    public IEnumerable<SqlStatement> Write(IReadOnlyList<RunOutcome> outcomes)
    {
        var runs = RunColumns(outcomes.Count);
        for (var i = 0; i < outcomes.Count; i++)
        {
            var (outcome, run) = (outcomes[i], outcomes[i].Run);
            object?[] values =
            [
                run.Sequence, outcome.State, outcome.IsReleased ? run.Attempts - 1 : run.Attempts, outcome.DueAt, outcome.EndedAt,
                outcome.Error, (long?)outcome.Answer?.Status, outcome.Answer?.Body,
                outcome.IsReleased ? History(run) : RunHistory.With(outcome),
            ];
            for (var c = 0; c < values.Length; c++)
                runs[c].Values[i] = values[c];
        }

        var lines = SqlValue.List([.. outcomes.Select(o => o.Run.Line)]);
        yield return new SqlBulk(_updateRuns, runs, outcomes.Count);
        yield return new SqlQuery(_freeLines, [lines]);
        yield return new SqlQuery(RemoveEmptyText, [lines]);
    }

    private static ReadOnlyMemory<byte>? History(ClaimedRun run) => run.History is { } history ? System.Text.Encoding.UTF8.GetBytes(history).AsMemory() : default(ReadOnlyMemory<byte>?);

    private static BulkColumn[] RunColumns(int rows) =>
    [
        new("sequence", ColumnKind.Integer, rows),
        new("state", ColumnKind.Id, rows),
        new("attempts", ColumnKind.Integer, rows),
        new("due_at", ColumnKind.Timestamp, rows),
        new("ended_at", ColumnKind.Timestamp, rows),
        new("error", ColumnKind.Text, rows),
        new("answer_status", ColumnKind.Integer, rows),
        new("answer", ColumnKind.Text, rows),
        new("history", ColumnKind.Json, rows),
    ];
}
