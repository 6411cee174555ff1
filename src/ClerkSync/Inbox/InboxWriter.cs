using ClerkSync.Storage;

namespace ClerkSync.Inbox;

/// <summary>The statements that write the inbox. Each is one round trip's part, whatever the number of messages.</summary>
internal sealed class InboxWriter
{
    private readonly SqlDialect _dialect;
    private readonly string _table;
    private readonly string _insertText;
    private readonly string _updateText;
    private readonly string _makeDueText;
    private readonly string _sealText;

    public InboxWriter(SqlDialect dialect)
    {
        _dialect = dialect;
        _table = dialect.TableName(SchemaArea.Engine, EngineSchema.Messages);
        _insertText = dialect.BulkInsertIfMissing(_table, "id", [.. Columns(0), .. FixedColumns(0)]);
        _updateText = dialect.BulkUpdate(_table, Columns(0));
        _sealText = dialect.BulkUpdate(_table, SealColumns(0));
        _makeDueText = dialect.BulkUpdate(_table, Columns(0), "t.result IN ('ignored', 'unreadable', 'dead')");
    }

    /// <summary>Which of the messages are known, and what became of them.</summary>
    public SqlQuery Find(IEnumerable<string> ids, Action<string, string> onFound) => new(
        $"SELECT id, result FROM {_table} WHERE {_dialect.IsAnyOf("id", "$1")}",
        [SqlValue.List([.. ids])],
        reader => onFound(reader.GetString(0), reader.GetString(1)));

    public SqlBulk Insert(IReadOnlyList<InboxEntry> entries)
    {
        BulkColumn[] columns = Columns(entries.Count);
        BulkColumn[] @fixed = FixedColumns(entries.Count);
        Fill(columns, entries);
        for (var i = 0; i < entries.Count; i++)
            (@fixed[0].Values[i], @fixed[1].Values[i]) = (entries[i].ReceivedAt, entries[i].Sealed);
        return new(_insertText, [.. columns, .. @fixed], entries.Count);
    }

    /// <summary>Writes anew what became of messages that were there already.</summary>
    public SqlBulk Update(IReadOnlyList<InboxEntry> entries)
    {
        var columns = Columns(entries.Count);
        Fill(columns, entries);
        return new(_updateText, columns, entries.Count);
    }

    /// <summary>Keeps the whole bodies of messages that were there already without one: they came again, and have their runs now.</summary>
    public SqlBulk Seal(IReadOnlyList<InboxEntry> entries)
    {
        var columns = SealColumns(entries.Count);
        for (var i = 0; i < entries.Count; i++)
            (columns[0].Values[i], columns[1].Values[i]) = (entries[i].Id, entries[i].Sealed);
        return new(_sealText, columns, entries.Count);
    }

    /// <summary>
    /// Makes messages due that are there without having had their effect, with the payload that came again: theirs may be gone by now. A
    /// message that waits already keeps its schedule.
    /// </summary>
    public SqlBulk MakeDue(IReadOnlyList<InboxEntry> entries)
    {
        var columns = Columns(entries.Count);
        Fill(columns, entries);
        return new(_makeDueText, columns, entries.Count);
    }

    /// <summary>Writes that a message was tried in vain, unless something else has become of it since.</summary>
    /// <param name="entry">What to write; its payload is not.</param>
    /// <param name="seen">Its result when the try began.</param>
    public SqlQuery Postpone(InboxEntry entry, string seen) => new(
        $"UPDATE {_table} SET result = $2, why = $3, attempts = $4, next_attempt_at = $5 WHERE id = $1 AND result = $6",
        [
            SqlValue.Id(entry.Id), SqlValue.Id(entry.Result), SqlValue.Text(entry.Why), SqlValue.Integer(entry.Attempts),
            SqlValue.Timestamp(entry.NextAttemptAt), SqlValue.Id(seen),
        ]);

    /// <summary>
    /// Erases every payload that tells of an erased object, and what handlers said of it. A message that waits to be applied, or has an open run,
    /// still needs its own; it goes with the end of the waiting.
    /// </summary>
    /// <param name="column">Where its id stands.</param>
    /// <param name="ids">The erased objects.</param>
    /// <param name="now">Unix ms.</param>
    public IEnumerable<SqlStatement> Erase(string column, string[] ids, long now)
    {
        var isNeeded = EngineSchema.HasRun(_dialect, $"{_table}.id");
        yield return new SqlQuery(
            $"UPDATE {_table} SET payload = CASE WHEN {isNeeded} THEN payload END, erased_at = CASE WHEN {isNeeded} THEN NULL ELSE $2 END, "
            + $"erasing_since = CASE WHEN {isNeeded} THEN $2 END WHERE {_dialect.IsIndexedAnyOf(_table, "sequence", column, "$1", "payload IS NOT NULL AND result <> 'deferred'")}",
            [SqlValue.List(ids), SqlValue.Timestamp(now)]);
        yield return EngineSchema.EraseRuns(_dialect, $"SELECT id FROM {_table} WHERE {_dialect.IsIndexedAnyOf(_table, "sequence", column, "$1", "payload IS NULL")}", SqlValue.List(ids));
    }

    private static BulkColumn[] SealColumns(int rows) => [new("id", ColumnKind.Id, rows), new("sealed", ColumnKind.Binary, rows)];

    /// <summary>What a message is added with.</summary>
    private static BulkColumn[] FixedColumns(int rows) => [new("received_at", ColumnKind.Timestamp, rows), new("sealed", ColumnKind.Binary, rows)];

    private static BulkColumn[] Columns(int rows) =>
    [
        new("id", ColumnKind.Id, rows),
        new("event_type", ColumnKind.Id, rows),
        new("instance_id", ColumnKind.Id, rows),
        new("object_id", ColumnKind.Id, rows),
        new("user_id", ColumnKind.Id, rows),
        new("organization_id", ColumnKind.Id, rows),
        new("inviter_id", ColumnKind.Id, rows),
        new("event_at", ColumnKind.Timestamp, rows),
        new("result", ColumnKind.Id, rows),
        new("why", ColumnKind.Text, rows),
        new("attempts", ColumnKind.Integer, rows),
        new("next_attempt_at", ColumnKind.Timestamp, rows),
        new("payload", ColumnKind.Binary, rows),
        new("erased_at", ColumnKind.Timestamp, rows),
        new("erasing_since", ColumnKind.Timestamp, rows),
    ];

    private static void Fill(BulkColumn[] columns, IReadOnlyList<InboxEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            object?[] values =
            [
                entry.Id, entry.EventType, entry.InstanceId, entry.Mentions.ObjectId, entry.Mentions.UserId, entry.Mentions.OrganizationId,
                entry.Mentions.InviterId, entry.EventAt, entry.Result, entry.Why, entry.Attempts, entry.NextAttemptAt, entry.Payload, entry.ErasedAt, entry.ErasingSince,
            ];
            for (var c = 0; c < values.Length; c++)
                columns[c].Values[i] = values[c];
        }
    }
}
