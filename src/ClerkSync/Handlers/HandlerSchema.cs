using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>
/// Two tables: every run, and a line for each object that has open ones. Servers look for due lines, of which there are few, and never
/// for due runs, of which there may be a million behind one that fails.
/// </summary>
internal static class HandlerSchema
{
    public const string Lines = "handler_lines";

    /// <summary>When the oldest open run of a line is due; where there is none, what the line says.</summary>
    /// <param name="dialect">The dialect.</param>
    /// <param name="line">The line's alias.</param>
    public static string DueOfOldest(SqlDialect dialect, string line) =>
        $"COALESCE((SELECT o.due_at FROM {dialect.TableName(SchemaArea.Engine, EngineSchema.Runs)} AS o WHERE o.line = {line}.id AND o.state IN {EngineSchema.OpenStates} "
        + $"ORDER BY o.sequence LIMIT 1), {line}.due_at)";

    public static IEnumerable<TableSchema> Tables(SqlDialect dialect)
    {
        var id = dialect.ColumnType(ColumnKind.Id);
        var text = dialect.ColumnType(ColumnKind.Text);
        var moment = dialect.ColumnType(ColumnKind.Timestamp);
        var integer = dialect.ColumnType(ColumnKind.Integer);
        var flag = dialect.ColumnType(ColumnKind.Boolean);
        var states = string.Join(", ", RunStates.All.Select(SqlDialect.Literal));
        yield return new(
            SchemaArea.Engine,
            EngineSchema.Runs,
            [
                new("sequence", dialect.SequenceColumn("sequence")),
                new("id", $"{id} NOT NULL UNIQUE"),
                new("handler", $"{id} NOT NULL"),
                new("line", $"{id} NOT NULL"),
                new("message_id", $"{id} NOT NULL"),
                new("event_type", $"{id} NOT NULL"),
                new("object_id", id),
                new("state", $"{id} NOT NULL CHECK (state IN ({states}))"),
                new("is_stale", $"{flag} NOT NULL"),
                new("is_applied", $"{flag} NOT NULL"),
                new("is_replay", $"{flag} NOT NULL"),
                new("attempts", $"{integer} NOT NULL"),
                new("created_at", $"{moment} NOT NULL"),
                new("due_at", moment),
                new("started_at", moment),
                new("ended_at", moment),
                new("error", text),
                new("answer_status", integer),
                new("answer", text),
                new("history", dialect.ColumnType(ColumnKind.Json)),
            ],
            [
                new("handler_runs_open", "line, sequence", $"state IN {EngineSchema.OpenStates}"),
                new("handler_runs_message", "message_id"),
                new("handler_runs_created_at", "created_at"),
                new("handler_runs_unsettled", "state, sequence", "state <> 'succeeded'"),
            ]);
        yield return new(
            SchemaArea.Engine,
            Lines,
            [
                new("id", $"{id} NOT NULL PRIMARY KEY"),
                new("handler", $"{id} NOT NULL"),
                new("due_at", $"{moment} NOT NULL"),
                new("leased_until", moment),
                new("fence", $"{integer} NOT NULL"),
            ],
            [new("handler_lines_due", "handler, due_at")]);
    }
}

/// <summary>What a run is doing.</summary>
internal static class RunStates
{
    /// <summary>Waits for its first attempt.</summary>
    public const string Pending = "pending";

    /// <summary>A worker has begun an attempt, or has died in it.</summary>
    public const string Running = "running";

    /// <summary>Failed, and waits for the next attempt.</summary>
    public const string Retrying = "retrying";

    public const string Succeeded = "succeeded";

    /// <summary>Given up after the last attempt; kept, visible, can be replayed.</summary>
    public const string Dead = "dead";

    /// <summary>States of a run that is not over.</summary>
    public static readonly IReadOnlyList<string> Open = [Pending, Running, Retrying];

    public static readonly IReadOnlyList<string> All = [Pending, Running, Retrying, Succeeded, Dead];
}
