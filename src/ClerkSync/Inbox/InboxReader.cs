using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.Inbox;

/// <summary>Reads the inbox, for the background work and for people.</summary>
internal sealed class InboxReader(ClerkSyncDatabase database)
{
    private const string Columns =
        "sequence, id, received_at, event_type, instance_id, object_id, user_id, organization_id, inviter_id, event_at, result, why, attempts, next_attempt_at, erased_at, length(payload)";

    private readonly string _table = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Messages);

    /// <summary>Messages, newest first.</summary>
    public async Task<IReadOnlyList<StoredMessage>> ListAsync(InboxFilter filter, CancellationToken cancellationToken)
    {
        var values = new List<SqlValue>();
        var conditions = new List<string>();
        Add("event_type = {0}", filter.EventType is null ? null : SqlValue.Id(filter.EventType));
        Add("result = {0}", filter.Result is null ? null : SqlValue.Id(filter.Result));
        Add("(object_id = {0} OR user_id = {0} OR organization_id = {0})", filter.ObjectId is null ? null : SqlValue.Id(filter.ObjectId));
        Add("sequence > {0}", filter.After is null ? null : SqlValue.Integer(filter.After));
        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        values.Add(SqlValue.Integer(filter.Limit));
        var order = filter.OldestFirst ? "" : " DESC";
        return await ReadAsync($"SELECT {Columns} FROM {_table}{where} ORDER BY sequence{order} LIMIT ${values.Count}", [.. values], cancellationToken).ConfigureAwait(false);

        void Add(string condition, SqlValue? value)
        {
            if (value is not { } present)
                return;
            values.Add(present);
            conditions.Add(string.Format(System.Globalization.CultureInfo.InvariantCulture, condition, $"${values.Count}"));
        }
    }

    public async Task<StoredMessage?> FindAsync(string id, CancellationToken cancellationToken) =>
        await ReadAsync($"SELECT {Columns} FROM {_table} WHERE id = $1", [SqlValue.Id(id)], cancellationToken).ConfigureAwait(false) is [var message, ..] ? message : null;

    /// <summary>Those of the messages that are there, by id.</summary>
    public async Task<IReadOnlyDictionary<string, StoredMessage>> FindAllAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        (await ReadAsync($"SELECT {Columns} FROM {_table} WHERE {database.Dialect.IsAnyOf("id", "$1")}", [SqlValue.List([.. ids])], cancellationToken).ConfigureAwait(false))
        .ToDictionary(m => m.Id, StringComparer.Ordinal);

    /// <summary>The stored bytes; null when there are none any more.</summary>
    public async Task<byte[]?> PayloadAsync(string id, CancellationToken cancellationToken)
    {
        byte[]? payload = null;
        await ExecuteAsync(
            [new SqlQuery($"SELECT payload FROM {_table} WHERE id = $1 AND payload IS NOT NULL", [SqlValue.Id(id)], reader => payload = reader.GetFieldValue<byte[]>(0))],
            cancellationToken).ConfigureAwait(false);
        return payload;
    }

    /// <summary>Messages that are due to be applied, in the order of arrival. Found in the order of the index of those that wait, which is empty on most days: in the order of arrival a database without statistics would look for them along the whole table.</summary>
    public Task<IReadOnlyList<StoredMessage>> DueAsync(long now, int limit, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM (SELECT * FROM {_table} WHERE next_attempt_at <= $1 AND payload IS NOT NULL ORDER BY next_attempt_at, sequence LIMIT $2) AS due ORDER BY sequence",
        [SqlValue.Timestamp(now), SqlValue.Integer(limit)],
        cancellationToken);

    /// <summary>How many messages there are of each result, and when the oldest and newest of them arrived, in Unix ms.</summary>
    public async Task<IReadOnlyList<InboxCount>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new List<InboxCount>();
        var dialect = database.Dialect;
        await ExecuteAsync(
            [new SqlQuery(
                $"SELECT result, count(*), min(received_at), max(received_at) FROM {_table} GROUP BY result ORDER BY result",
                [],
                reader => counts.Add(new(reader.GetString(0), reader.GetInt64(1), dialect.ReadTimestamp(reader, 2) ?? 0, dialect.ReadTimestamp(reader, 3) ?? 0)))],
            cancellationToken).ConfigureAwait(false);
        return counts;
    }

    /// <summary>The event types that have ever arrived, those of messages included that the inbox has forgotten.</summary>
    public async Task<IReadOnlySet<string>> ReadTypesAsync(CancellationToken cancellationToken) =>
        (await new ArrivedTypes(database, TimeProvider.System).ReadAsync(cancellationToken).ConfigureAwait(false)).Types;

    /// <summary>The inbox grows from nothing to millions: a plan that was kept from its first days would read all of it each second.</summary>
    private async Task<IReadOnlyList<StoredMessage>> ReadAsync(string text, SqlValue[] values, CancellationToken cancellationToken)
    {
        var messages = new List<StoredMessage>();
        await ExecuteAsync([.. database.Dialect.PlanAnew, new SqlQuery(text, values, reader => messages.Add(Read(reader)))], cancellationToken).ConfigureAwait(false);
        return messages;
    }

    private async Task ExecuteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync(statements, cancellationToken).ConfigureAwait(false);
    }

    private StoredMessage Read(DbDataReader reader) => new()
    {
        Sequence = reader.GetInt64(0),
        Id = reader.GetString(1),
        ReceivedAt = database.Dialect.ReadTimestamp(reader, 2) ?? 0,
        EventType = Text(reader, 3),
        InstanceId = Text(reader, 4),
        Mentions = new(Text(reader, 5), Text(reader, 6), Text(reader, 7), Text(reader, 8)),
        EventAt = database.Dialect.ReadTimestamp(reader, 9),
        Result = reader.GetString(10),
        Why = Text(reader, 11),
        Attempts = reader.GetInt64(12),
        NextAttemptAt = database.Dialect.ReadTimestamp(reader, 13),
        ErasedAt = database.Dialect.ReadTimestamp(reader, 14),
        PayloadBytes = reader.IsDBNull(15) ? null : reader.GetInt32(15),
    };

    private static string? Text(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}

/// <summary>Which messages to list; null means any.</summary>
internal sealed record InboxFilter
{
    public string? EventType { get; init; }

    public string? Result { get; init; }

    /// <summary>Subject, or user or organization that the message tells of.</summary>
    public string? ObjectId { get; init; }

    /// <summary>Only messages that arrived after the one with this sequence number.</summary>
    public long? After { get; init; }

    public bool OldestFirst { get; init; }

    public int Limit { get; init; } = 50;
}

/// <summary>A row of the inbox without its payload.</summary>
internal sealed record StoredMessage
{
    public required long Sequence { get; init; }

    public required string Id { get; init; }

    public required long ReceivedAt { get; init; }

    public string? EventType { get; init; }

    public string? InstanceId { get; init; }

    public Mentions Mentions { get; init; }

    public long? EventAt { get; init; }

    public required string Result { get; init; }

    public string? Why { get; init; }

    public long Attempts { get; init; }

    public long? NextAttemptAt { get; init; }

    public long? ErasedAt { get; init; }

    /// <summary>Size of the stored payload; null when there is none.</summary>
    public int? PayloadBytes { get; init; }
}

/// <summary>How many messages have one result.</summary>
internal sealed record InboxCount(string Result, long Count, long OldestReceivedAt, long NewestReceivedAt);
