using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>Reads runs, for people.</summary>
internal sealed class RunReader(ClerkSyncDatabase database)
{
    private const string Columns =
        "sequence, id, handler, message_id, event_type, object_id, state, is_stale, is_applied, is_replay, attempts, created_at, due_at, started_at, ended_at, error, answer_status, answer, history, line";

    /// <summary>The condition of the index that finds runs which are not over or not well, so that none of these questions looks at a million that succeeded.</summary>
    private const string Unsettled = "state <> 'succeeded'";

    private readonly string _table = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);

    /// <summary>Runs, newest first unless the filter says otherwise.</summary>
    public async Task<IReadOnlyList<StoredRun>> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var values = new List<SqlValue>();
        var conditions = new List<string>();
        Add(filter.State == RunStates.Succeeded ? "state = {0}" : $"state = {{0}} AND {Unsettled}", filter.State);
        Add("handler = {0}", filter.Handler);
        Add("event_type = {0}", filter.EventType);
        Add($"message_id IN (SELECT m.id FROM {Inbox} AS m WHERE m.object_id = {{0}} OR m.user_id = {{0}} OR m.organization_id = {{0}})", filter.ObjectId);
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
            new SqlQuery(
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
            new SqlQuery(
                $"SELECT handler, state, count(*), min(created_at) FROM {_table} WHERE {Unsettled} GROUP BY handler, state ORDER BY handler, state",
                [],
                reader => counts.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), database.Dialect.ReadTimestamp(reader, 3) ?? 0))),
            cancellationToken).ConfigureAwait(false);
        return counts;
    }

    /// <summary>How many dead runs of each handler can still be replayed. Where the payload was erased with its object, nothing is left to do.</summary>
    public async Task<IReadOnlyList<RunCount>> CountReplayableAsync(CancellationToken cancellationToken)
    {
        var counts = new List<RunCount>();
        await QueryAsync(
            new SqlQuery(
                $"SELECT r.handler, count(*), min(r.created_at) FROM {_table} AS r JOIN {Inbox} AS m ON m.id = r.message_id "
                + $"WHERE r.state = '{RunStates.Dead}' AND r.{Unsettled} AND m.payload IS NOT NULL GROUP BY r.handler ORDER BY r.handler",
                [],
                reader => counts.Add(new(reader.GetString(0), RunStates.Dead, reader.GetInt64(1), database.Dialect.ReadTimestamp(reader, 2) ?? 0))),
            cancellationToken).ConfigureAwait(false);
        return counts;
    }

    /// <summary>The open run that was made first; null when none is open.</summary>
    public async Task<StoredRun?> OldestOpenAsync(CancellationToken cancellationToken)
    {
        var oldest = new List<StoredRun>();
        await QueryAsync(
            [
                .. RunStates.Open.Select(state => new SqlQuery(
                    $"SELECT {Columns} FROM {_table} WHERE state = {SqlDialect.Literal(state)} AND {Unsettled} ORDER BY sequence LIMIT 1", [], reader => oldest.Add(Read(reader)))),
            ],
            cancellationToken).ConfigureAwait(false);
        return oldest.MinBy(r => r.Sequence);
    }

    /// <summary>Lines that have been due since before a moment and that nobody works on: no server runs that has their handler, or it cannot keep up.</summary>
    /// <param name="before">The moment, in Unix ms.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>For each handler how many, and since when the first of them is due.</returns>
    public async Task<IReadOnlyList<WaitingLines>> WaitingAsync(long before, CancellationToken cancellationToken)
    {
        var waiting = new List<WaitingLines>();
        await QueryAsync(
            new SqlQuery(
                $"SELECT handler, count(*), min(due_at) FROM {database.Dialect.TableName(SchemaArea.Engine, HandlerSchema.Lines)} "
                + $"WHERE due_at < $1 AND (leased_until IS NULL OR leased_until < {database.Dialect.Now()}) GROUP BY handler ORDER BY handler",
                [SqlValue.Timestamp(before)],
                reader => waiting.Add(new(reader.GetString(0), reader.GetInt64(1), database.Dialect.ReadTimestamp(reader, 2) ?? 0))),
            cancellationToken).ConfigureAwait(false);
        return waiting;
    }

    /// <summary>Names of handlers that have runs which did not succeed, and this one if it has any at all.</summary>
    public async Task<IReadOnlyList<string>> HandlersAsync(string handler, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await QueryAsync(
            [
                new($"SELECT DISTINCT handler FROM {_table} WHERE {Unsettled} ORDER BY handler", [], reader => names.Add(reader.GetString(0))),
                new($"SELECT handler FROM {_table} WHERE handler = $1 LIMIT 1", [SqlValue.Id(handler)], reader => names.Add(reader.GetString(0))),
            ],
            cancellationToken).ConfigureAwait(false);
        return names;
    }

    private string Inbox => database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Messages);

    private Task QueryAsync(SqlQuery query, CancellationToken cancellationToken) => QueryAsync([query], cancellationToken);

    private async Task QueryAsync(SqlQuery[] queries, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync(queries, cancellationToken).ConfigureAwait(false);
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
        Line = reader.GetString(19),
    };

    private static string? Text(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}

/// <summary>Which runs to list; null means any.</summary>
internal sealed record RunFilter
{
    public string? State { get; init; }

    public string? Handler { get; init; }

    public string? EventType { get; init; }

    /// <summary>Subject of the message, or user or organization that it tells of.</summary>
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

    /// <summary>The line in which it waits.</summary>
    public required string Line { get; init; }

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

/// <summary>How many lines of a handler wait, and since when, in Unix ms, the first of them is due.</summary>
internal sealed record WaitingLines(string Handler, long Lines, long DueSince);
