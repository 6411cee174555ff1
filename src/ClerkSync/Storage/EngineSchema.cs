namespace ClerkSync.Storage;

/// <summary>Tables that the storage itself needs.</summary>
internal static class EngineSchema
{
    /// <summary>Name in <c>checkpoints</c> of the row whose lock makes a transaction the one writer.</summary>
    public const string Writer = "writer";

    /// <summary>Name in <c>checkpoints</c> of the row that holds the id of the only instance whose messages count.</summary>
    public const string Instance = "instance";

    /// <summary>The table of every verified message: handlers read it, and do not know the inbox.</summary>
    public const string Messages = "inbox_messages";

    /// <summary>The table of runs: the inbox has to know whether one is open, and does not know handlers.</summary>
    public const string Runs = "handler_runs";

    /// <summary>States of a run that is not over. Also the condition of the index that finds them, so it is written one way only.</summary>
    public const string OpenStates = "('pending', 'running', 'retrying')";

    public static IEnumerable<TableSchema> Tables(SqlDialect dialect)
    {
        var id = dialect.ColumnType(ColumnKind.Id);
        var text = dialect.ColumnType(ColumnKind.Text);
        var moment = dialect.ColumnType(ColumnKind.Timestamp);
        yield return new(
            SchemaArea.Engine,
            "checkpoints",
            [new("name", $"{id} NOT NULL PRIMARY KEY"), new("value", text), new("updated_at", moment)],
            []);
        yield return new(
            SchemaArea.Engine,
            "schema_history",
            [
                new("sequence", dialect.SequenceColumn("sequence")),
                new("version", $"{dialect.ColumnType(ColumnKind.Integer)} NOT NULL"),
                new("fingerprint", $"{id} NOT NULL"),
                new("statements", $"{dialect.ColumnType(ColumnKind.Integer)} NOT NULL"),
                new("applied_at", $"{moment} NOT NULL"),
            ],
            []);
    }

    /// <summary>The condition that a message has a run that is open, or with <paramref name="orDead"/> dead.</summary>
    /// <param name="dialect">The dialect.</param>
    /// <param name="messageId">The message's id, as SQL.</param>
    /// <param name="orDead">Whether runs that were given up count too: they may be replayed.</param>
    public static string HasRun(SqlDialect dialect, string messageId, bool orDead = false) =>
        $"EXISTS (SELECT 1 FROM {dialect.TableName(SchemaArea.Engine, Runs)} AS r WHERE r.message_id = {messageId} AND "
        + (orDead ? "r.state <> 'succeeded')" : $"r.state IN {OpenStates})");

    /// <summary>Removes what handlers and other systems said about erased messages; that they ran stays.</summary>
    /// <param name="dialect">The dialect.</param>
    /// <param name="messages">A query for the messages' ids.</param>
    /// <param name="values">Its parameters.</param>
    public static SqlQuery EraseRuns(SqlDialect dialect, string messages, params SqlValue[] values) => new(
        $"UPDATE {dialect.TableName(SchemaArea.Engine, Runs)} SET error = NULL, answer = NULL, history = NULL "
        + $"WHERE message_id IN ({messages}) AND state NOT IN {OpenStates} AND (error IS NOT NULL OR answer IS NOT NULL OR history IS NOT NULL)",
        values);

    public static SqlQuery ReadCheckpoint(SqlDialect dialect, string name, Action<string?> onValue) => new(
        $"SELECT value FROM {dialect.TableName(SchemaArea.Engine, "checkpoints")} WHERE name = $1",
        [SqlValue.Id(name)],
        reader => onValue(reader.IsDBNull(0) ? null : reader.GetString(0)));

    public static SqlQuery WriteCheckpoint(SqlDialect dialect, string name, string value, long now) => new(
        $"INSERT INTO {dialect.TableName(SchemaArea.Engine, "checkpoints")} (name, value, updated_at) VALUES ($1, $2, $3) "
        + "ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        [SqlValue.Id(name), SqlValue.Text(value), SqlValue.Timestamp(now)]);
}
