using ClerkSync.Storage;

namespace ClerkSync.Inbox;

/// <summary>Removes what is older than its retention, in small transactions, so that deliveries never wait long behind it.</summary>
internal sealed class InboxCleaner(ClerkSyncDatabase database, InboxOptions options, TimeProvider clock)
{
    private const int RowsAtOnce = 500;

    private readonly string _table = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Messages);
    private readonly string _runs = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);

    /// <summary>Cleans until nothing is left to clean.</summary>
    /// <returns>How many payloads and how many messages went.</returns>
    public async Task<(int Payloads, int Messages)> CleanAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var payloads = await RepeatAsync(
            $"UPDATE {_table} SET payload = NULL, erased_at = $3 WHERE sequence IN ({Oldest("payload IS NOT NULL")}) RETURNING sequence",
            [SqlValue.Timestamp((now - options.PayloadRetention).ToUnixTimeMilliseconds()), SqlValue.Integer(RowsAtOnce), SqlValue.Timestamp(now.ToUnixTimeMilliseconds())],
            cancellationToken).ConfigureAwait(false);
        await KeepTypesAsync(cancellationToken).ConfigureAwait(false);
        var messages = await RepeatAsync(
            $"DELETE FROM {_table} WHERE sequence IN ({Oldest("payload IS NULL")}) RETURNING sequence",
            [SqlValue.Timestamp((now - options.MessageRetention).ToUnixTimeMilliseconds()), SqlValue.Integer(RowsAtOnce)],
            cancellationToken).ConfigureAwait(false);
        await RepeatAsync(
            $"DELETE FROM {_runs} WHERE sequence IN (SELECT r.sequence FROM {_runs} AS r WHERE r.created_at < $1 AND r.state = 'succeeded' "
            + $"AND NOT EXISTS (SELECT 1 FROM {_table} AS m WHERE m.id = r.message_id) ORDER BY r.created_at LIMIT $2) RETURNING sequence",
            [SqlValue.Timestamp((now - options.MessageRetention).ToUnixTimeMilliseconds()), SqlValue.Integer(RowsAtOnce)],
            cancellationToken).ConfigureAwait(false);
        return (payloads, messages);
    }

    /// <summary>
    /// Erases the payloads and the encrypted bodies that were kept only for runs which are over by now. A run that nobody works on, because its handler is
    /// gone, keeps nothing for longer than the retention of payloads.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> EraseEndedAsync(CancellationToken cancellationToken)
    {
        var dialect = database.Dialect;
        var ended = new List<string>();
        const string IsKeptForRuns = "(erasing_since IS NOT NULL OR (sealed IS NOT NULL AND result <> 'deferred'))";
        const string IsKeptTooLong = "COALESCE(erasing_since, received_at) < $2";
        var oldest = SqlValue.Timestamp((clock.GetUtcNow() - options.PayloadRetention).ToUnixTimeMilliseconds());
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                [
                    .. dialect.PlanAnew,
                    Ended("erasing_since IS NOT NULL", "erasing_since"),
                    Ended("sealed IS NOT NULL AND result <> 'deferred'", "sequence"),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        // Each in the order of its own index, so that a database without statistics does not read the whole table.
        SqlQuery Ended(string condition, string order) => new(
            $"SELECT id FROM {_table} AS t WHERE {condition} AND ({IsKeptTooLong} OR NOT {EngineSchema.HasRun(dialect, "t.id")}) ORDER BY {order} LIMIT $1",
            [SqlValue.Integer(RowsAtOnce), oldest],
            reader => ended.Add(reader.GetString(0)));

        if (ended.Count == 0)
            return 0;
        var ids = SqlValue.List([.. ended]);
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.CommitAsync(
                [
                    .. Lock(),
                    new SqlQuery(
                        $"UPDATE {_table} SET payload = CASE WHEN erasing_since IS NULL THEN payload END, erased_at = CASE WHEN erasing_since IS NULL THEN erased_at ELSE $3 END, "
                        + $"erasing_since = NULL, sealed = NULL WHERE {dialect.IsAnyOf("id", "$1")} AND {IsKeptForRuns} "
                        + $"AND ({IsKeptTooLong} OR NOT {EngineSchema.HasRun(dialect, $"{_table}.id")})",
                        [ids, oldest, SqlValue.Timestamp(clock.GetUtcNow().ToUnixTimeMilliseconds())]),
                    EngineSchema.EraseRuns(dialect, $"SELECT id FROM {_table} WHERE {dialect.IsAnyOf("id", "$1")} AND payload IS NULL", ids),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return ended.Count;
    }

    private async Task KeepTypesAsync(CancellationToken cancellationToken)
    {
        if ((await new ArrivedTypes(database, clock).ReadAsync(cancellationToken).ConfigureAwait(false)).Keep is not { } keep)
            return;
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
            await transaction.CommitAsync([.. Lock(), keep], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is deferred or dead, or has a run that is open or dead, has not had its effect yet and stays.</summary>
    private string Oldest(string condition) =>
        $"SELECT sequence FROM {_table} AS t WHERE received_at < $1 AND result NOT IN ('deferred', 'dead') AND {condition} "
        + $"AND NOT {EngineSchema.HasRun(database.Dialect, "t.id", orDead: true)} ORDER BY received_at LIMIT $2";

    private IEnumerable<SqlStatement> Lock() => database.Dialect.WriterLock(static () => { }) is { } writerLock ? [writerLock] : [];

    private async Task<int> RepeatAsync(string text, SqlValue[] values, CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var rows = 0;
            var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await transaction.CommitAsync([.. Lock(), new SqlQuery(text, values, _ => rows++)], cancellationToken).ConfigureAwait(false);
            }

            total += rows;
            if (rows < RowsAtOnce)
                return total;
        }
    }
}
