using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>Reads runs, for people.</summary>
internal sealed class RunReader(ClerkSyncDatabase database)
{
    private const string Columns =
        "sequence, id, handler, message_id, event_type, object_id, state, is_stale, is_applied, is_replay, attempts, created_at, due_at, started_at, ended_at, error, answer_status, answer, history";

    private readonly string _table = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);

    /// <summary>Runs, newest first unless the filter says otherwise.</summary>
    public async Task<IReadOnlyList<StoredRun>> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var values = new List<SqlValue>();
        var conditions = new List<string>();
        Add("state = {0}", filter.State);
        Add("handler = {0}", filter.Handler);
        Add("event_type = {0}", filter.EventType);
        Add("object_id = {0}", filter.ObjectId);
        Add("message_id = {0}", filter.MessageId);
        if (filter.After is { } after)
        {
            values.Add(SqlValue.Integer(after));
            conditions.Add($"sequence > ${values.Count}");
        }

        values.Add(SqlValue.Integer(filter.Limit));
        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        var runs = new List<StoredRun>();
        await QueryAsync(
            new(
                $"SELECT {Columns} FROM {_table}{where} ORDER BY sequence{(filter.OldestFirst ? "" : " DESC")} LIMIT ${values.Count}",
                [.. values],
                reader => runs.Add(Read(reader))),
            cancellationToken).ConfigureAwait(false);
        return runs;

        void Add(string condition, string? value)
        {
            if (value is null)
                return;
            values.Add(SqlValue.Id(value));
            conditions.Add(string.Format(System.Globalization.CultureInfo.InvariantCulture, condition, $"${values.Count}"));
        }
    }

    /// <summary>How many runs each handler has in each state that is not over or not well, and since when the oldest of them waits, in Unix ms.</summary>
    public async Task<IReadOnlyList<RunCount>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new List<RunCount>();
        await QueryAsync(
            new(
                $"SELECT handler, state, count(*), min(created_at) FROM {_table} WHERE state <> 'succeeded' GROUP BY handler, state ORDER BY handler, state",
                [],
                reader => counts.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), database.Dialect.ReadTimestamp(reader, 3) ?? 0))),
            cancellationToken).ConfigureAwait(false);
        return counts;
    }

    private async Task QueryAsync(SqlQuery query, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([query], cancellationToken).ConfigureAwait(false);
    }

    private StoredRun Read(DbDataReader reader) => new()
    {
        Sequence = reader.GetInt64(0),
        Id = reader.GetString(1),
        Handler = reader.GetString(2),
        MessageId = reader.GetString(3),
        EventType = reader.GetString(4),
        ObjectId = Text(reader, 5),
        State = reader.GetString(6),
        IsStale = reader.GetBoolean(7),
        IsApplied = reader.GetBoolean(8),
        IsReplay = reader.GetBoolean(9),
        Attempts = reader.GetInt64(10),
        CreatedAt = database.Dialect.ReadTimestamp(reader, 11) ?? 0,
        DueAt = database.Dialect.ReadTimestamp(reader, 12),
        StartedAt = database.Dialect.ReadTimestamp(reader, 13),
        EndedAt = database.Dialect.ReadTimestamp(reader, 14),
        Error = Text(reader, 15),
        AnswerStatus = reader.IsDBNull(16) ? null : reader.GetInt64(16),
        Answer = Text(reader, 17),
        History = RunHistory.Read(Text(reader, 18)),
    };

    private static string? Text(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}

/// <summary>Which runs to list; null means any.</summary>
internal sealed record RunFilter
{
    public string? State { get; init; }

    public string? Handler { get; init; }

    public string? EventType { get; init; }

    public string? ObjectId { get; init; }

    public string? MessageId { get; init; }

    /// <summary>Only runs with a greater sequence number.</summary>
    public long? After { get; init; }

    public bool OldestFirst { get; init; }

    public int Limit { get; init; } = 50;
}

/// <summary>A run as it is stored. Times are Unix ms.</summary>
internal sealed record StoredRun
{
    public required long Sequence { get; init; }

    public required string Id { get; init; }

    public required string Handler { get; init; }

    public required string MessageId { get; init; }

    public required string EventType { get; init; }

    public string? ObjectId { get; init; }

    /// <summary>One of <see cref="RunStates"/>.</summary>
    public required string State { get; init; }

    public bool IsStale { get; init; }

    public bool IsApplied { get; init; }

    public bool IsReplay { get; init; }

    public long Attempts { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>When the next attempt is due; null when there is none.</summary>
    public long? DueAt { get; init; }

    public long? StartedAt { get; init; }

    public long? EndedAt { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }

    /// <summary>What the other side of a forward answered last.</summary>
    public long? AnswerStatus { get; init; }

    public string? Answer { get; init; }

    public required IReadOnlyList<RunAttempt> History { get; init; }
}

/// <summary>How many runs of a handler are in one state.</summary>
internal sealed record RunCount(string Handler, string State, long Count, long OldestCreatedAt);
