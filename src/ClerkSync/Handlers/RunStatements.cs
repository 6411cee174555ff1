using System.Diagnostics.CodeAnalysis;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>The statements that make runs and open their lines.</summary>
internal sealed class RunStatements
{
    private readonly string _insert;
    private readonly string _open;
    private readonly string _schedule;

    public RunStatements(SqlDialect dialect)
    {
        _insert = dialect.BulkInsertIfMissing(dialect.TableName(SchemaArea.Engine, EngineSchema.Runs), "id", RunColumns(0));

        // Setting a column, even to what it is, locks the row: a worker that is about to remove the line sees the new run first.
        var lines = dialect.TableName(SchemaArea.Engine, HandlerSchema.Lines);
        _open = dialect.BulkInsertOrSet(lines, "id", LineColumns(0), "handler = excluded.handler");
        _schedule = $"UPDATE {lines} AS l SET due_at = {HandlerSchema.DueOfOldest(dialect, "l")} WHERE {dialect.IsAnyOf("l.id", "$1")}";
    }

    /// <summary>New runs, and their lines. A line that is there keeps its time: its oldest run may be waiting.</summary>
    public IEnumerable<SqlStatement> Insert(IReadOnlyList<NewRun> runs, long now)
    {
        yield return InsertRuns(runs, now);
        yield return Lines(_open, runs.Select(r => (r.Handler, r.Line)), now);
    }

    /// <summary>Makes and locks lines. Those that are there keep their time.</summary>
    public SqlBulk Open(IEnumerable<(string Handler, string Line)> lines, long now) => Lines(_open, lines, now);

    /// <summary>Makes lines due when their oldest open run is, after runs were changed: a run that waits for its next attempt still goes first.</summary>
    public SqlQuery Schedule(IEnumerable<string> lines) => new(_schedule, [SqlValue.List([.. lines.Distinct(StringComparer.Ordinal)])]);

    /// <summary>New runs, without their lines. Those that are there are left alone.</summary>
    public SqlBulk InsertRuns(IReadOnlyList<NewRun> runs, long now)
    {
        var columns = RunColumns(runs.Count);
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            object?[] values =
            [
                run.Id, run.Handler, run.Line, run.MessageId, run.EventType, run.ObjectId, RunStates.Pending, run.IsStale, run.IsApplied, run.IsReplay, 0L, now, now,
            ];
            for (var c = 0; c < values.Length; c++)
                columns[c].Values[i] = values[c];
        }

        return new(_insert, columns, runs.Count);
    }

    /// <summary>In one order everywhere, so that transactions that open the same lines cannot lock each other out.</summary>
    private static SqlBulk Lines(string text, IEnumerable<(string Handler, string Line)> lines, long now)
    {
        var distinct = lines.DistinctBy(l => l.Line, StringComparer.Ordinal).OrderBy(l => l.Line, StringComparer.Ordinal).ToArray();
        var columns = LineColumns(distinct.Length);
        for (var i = 0; i < distinct.Length; i++)
            (columns[0].Values[i], columns[1].Values[i], columns[2].Values[i], columns[3].Values[i]) = (distinct[i].Line, distinct[i].Handler, now, FirstFence());
        return new(text, columns, distinct.Length);
    }

    /// <summary>
    /// Anywhere, because a line is removed when it is empty and made anew later: counted from zero, a worker that slept through that would find its
    /// own fence again.
    /// </summary>
    [SuppressMessage("Security", "CA5394", Justification = "Nobody gains by guessing a fence.")]
    private static long FirstFence() => Random.Shared.NextInt64(1L << 60);

    private static BulkColumn[] RunColumns(int rows) =>
    [
        new("id", ColumnKind.Id, rows),
        new("handler", ColumnKind.Id, rows),
        new("line", ColumnKind.Id, rows),
        new("message_id", ColumnKind.Id, rows),
        new("event_type", ColumnKind.Id, rows),
        new("object_id", ColumnKind.Id, rows),
        new("state", ColumnKind.Id, rows),
        new("is_stale", ColumnKind.Boolean, rows),
        new("is_applied", ColumnKind.Boolean, rows),
        new("is_replay", ColumnKind.Boolean, rows),
        new("attempts", ColumnKind.Integer, rows),
        new("created_at", ColumnKind.Timestamp, rows),
        new("due_at", ColumnKind.Timestamp, rows),
    ];

    private static BulkColumn[] LineColumns(int rows) =>
        [new("id", ColumnKind.Id, rows), new("handler", ColumnKind.Id, rows), new("due_at", ColumnKind.Timestamp, rows), new("fence", ColumnKind.Integer, rows)];
}
