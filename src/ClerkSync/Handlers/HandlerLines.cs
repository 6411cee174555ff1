using System.Data.Common;
using System.Globalization;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>
/// Claims lines and settles their runs. A claim is a lease by the database's clock and a fence that rises; a result is written together with a check of
/// the fence, so a worker that was paused beyond its lease writes nothing.
/// </summary>
internal sealed class HandlerLines
{
    private const string RunColumns =
        "r.sequence, r.line, r.handler, r.message_id, r.event_type, r.object_id, r.attempts, r.is_stale, r.is_applied, r.is_replay, r.history, m.received_at, m.payload, m.sealed, r.error, r.answer_status, r.answer";

    private readonly ClerkSyncDatabase _database;
    private readonly SqlDialect _dialect;
    private readonly string _lines;
    private readonly string _claim;
    private readonly string _start;
    private readonly string _load;
    private readonly string _removeEmpty;
    private readonly RunCompletionSql _completion;

    public HandlerLines(ClerkSyncDatabase database)
    {
        _database = database;
        _dialect = database.Dialect;
        _lines = _dialect.TableName(SchemaArea.Engine, HandlerSchema.Lines);
        _completion = new(_dialect);
        var runs = _dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);
        var inbox = _dialect.TableName(SchemaArea.Engine, EngineSchema.Messages);
        var oldest = $"(SELECT o.sequence FROM {runs} AS o WHERE o.line = l.id AND o.state IN {EngineSchema.OpenStates} ORDER BY o.sequence LIMIT 1)";
        var claimed = $"SELECT {oldest} FROM {_lines} AS l WHERE {_dialect.IsAnyOf("l.id", "$1")}";
        _claim =
            $"WITH due AS MATERIALIZED (SELECT t.id AS line FROM {_lines} AS t WHERE t.handler = $1 AND {Due("$2")} AND NOT {_dialect.IsAnyOf("t.id", "$5")} ORDER BY t.due_at LIMIT $3{_dialect.RowLockSkipping}) "
            + $"UPDATE {_lines} AS l SET leased_until = {_dialect.Now("$4")}, fence = l.fence + 1 FROM due WHERE l.id = due.line RETURNING id, fence";
        _start = $"UPDATE {runs} SET state = 'running', attempts = attempts + 1, started_at = $2 WHERE sequence IN ({claimed})";
        _load = $"SELECT {RunColumns} FROM {runs} AS r LEFT JOIN {inbox} AS m ON m.id = r.message_id WHERE r.sequence IN ({claimed}) ORDER BY r.sequence";
        _removeEmpty = _completion.RemoveEmptyText;
    }

    /// <summary>Whether there is anything to claim: a plain read, so that looking disturbs nobody.</summary>
    public async Task<bool> IsAnyDueAsync(IEnumerable<string> handlers, long now, CancellationToken cancellationToken)
    {
        var isAny = false;
        var session = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                [
                    .. handlers.Select(handler => new SqlQuery(
                        $"SELECT 1 FROM {_lines} AS t WHERE t.handler = $1 AND {Due("$2")} LIMIT 1",
                        [SqlValue.Id(handler), SqlValue.Timestamp(now)],
                        _ => isAny = true)),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return isAny;
    }

    /// <summary>Takes due lines that nobody holds, and begins an attempt of the oldest open run of each.</summary>
    /// <param name="wanted">How many lines of which handlers.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="lease">How long nobody else may take them.</param>
    /// <param name="held">Lines that this process works on: if it could not renew their leases, they are not for itself to take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(
        IReadOnlyList<(string Handler, int Count)> wanted, long now, TimeSpan lease, IEnumerable<ClaimedRun> held, CancellationToken cancellationToken)
    {
        var own = SqlValue.List([.. held.Select(r => r.Line)]);
        var fences = new Dictionary<string, long>(StringComparer.Ordinal);
        var runs = new List<ClaimedRun>();
        var transaction = await _database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // A plan from the days when the tables were empty reads all of them.
            await transaction.ExecuteAsync(
                [.. _dialect.PlanAnew, .. wanted.Select(w => new SqlQuery(
                    _claim,
                    [SqlValue.Id(w.Handler), SqlValue.Timestamp(now), SqlValue.Integer(w.Count), SqlValue.Integer((long)lease.TotalMilliseconds), own],
                    reader => fences.Add(reader.GetString(0), reader.GetInt64(1))))],
                cancellationToken).ConfigureAwait(false);
            if (fences.Count == 0)
                return runs;

            var ids = SqlValue.List([.. fences.Keys]);
            await transaction.CommitAsync(
                [
                    new SqlQuery(_start, [ids, SqlValue.Timestamp(now)]),
                    new SqlQuery(_load, [ids], reader => runs.Add(Read(reader, fences, now))),
                    new SqlQuery(_removeEmpty, [ids]),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return runs;
    }

    /// <summary>Holds lines for longer. Lines that somebody else has taken meanwhile are left alone.</summary>
    /// <returns>The runs whose lines are still held.</returns>
    /// <remarks>Where writers queue, it goes before other work in the background: a lease that ends in the queue would be for nothing.</remarks>
    public async Task<IReadOnlyList<ClaimedRun>> RenewAsync(IReadOnlyCollection<ClaimedRun> held, TimeSpan lease, CancellationToken cancellationToken)
    {
        var fences = new Dictionary<string, long>(StringComparer.Ordinal);
        string[] ids = [.. held.Select(r => r.Line)];
        string[] fenced = [.. held.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Line} {r.Fence}"))];

        // Locked in the order in which everybody locks lines: an update by itself has none.
        var renew =
            $"WITH held AS MATERIALIZED (SELECT t.id AS line FROM {_lines} AS t WHERE {_dialect.IsAnyOf("t.id", "$1")} AND {_dialect.IsAnyOf("t.id || ' ' || t.fence", "$2")} AND t.leased_until IS NOT NULL "
            + $"ORDER BY t.id{_dialect.RowLock}) UPDATE {_lines} AS l SET leased_until = {_dialect.Now("$3")} FROM held WHERE l.id = held.line RETURNING id, fence";
        var transaction = await _database.BeginWriteAsync(WritePriority.Receiving, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.CommitAsync(
                [
                    new SqlQuery(
                        renew,
                        [SqlValue.List(ids), SqlValue.List(fenced), SqlValue.Integer((long)lease.TotalMilliseconds)],
                        reader => fences[reader.GetString(0)] = reader.GetInt64(1)),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return [.. held.Where(r => fences.TryGetValue(r.Line, out var fence) && fence == r.Fence)];
    }

    /// <summary>Writes what attempts came to, and frees their lines.</summary>
    /// <returns>For each outcome, whether it was written; false where the lease was lost.</returns>
    public async Task<bool[]> CompleteAsync(IReadOnlyList<RunOutcome> outcomes, CancellationToken cancellationToken)
    {
        var transaction = await _database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var held = await _completion.FindHeldAsync(transaction, outcomes, cancellationToken).ConfigureAwait(false);
            RunOutcome[] written = [.. outcomes.Where((_, i) => held[i])];
            if (written.Length > 0)
                await transaction.CommitAsync([.. _completion.Write(written)], cancellationToken).ConfigureAwait(false);
            return held;
        }
    }

    /// <summary>The completion of a run for a transaction of the application's own.</summary>
    public RunCompletion CompletionOf(ClaimedRun run, TimeProvider clock) => new(_database, _completion, run, clock);

    private string Due(string now) => $"t.due_at <= {now} AND (t.leased_until IS NULL OR t.leased_until < {_dialect.Now()})";

    private ClaimedRun Read(DbDataReader reader, Dictionary<string, long> fences, long now) => new()
    {
        Sequence = reader.GetInt64(0),
        Line = reader.GetString(1),
        Fence = fences[reader.GetString(1)],
        Handler = reader.GetString(2),
        MessageId = reader.GetString(3),
        EventType = reader.GetString(4),
        ObjectId = reader.IsDBNull(5) ? null : reader.GetString(5),
        Attempts = reader.GetInt64(6),
        IsStale = reader.GetBoolean(7),
        IsApplied = reader.GetBoolean(8),
        IsReplay = reader.GetBoolean(9),
        History = reader.IsDBNull(10) ? null : reader.GetString(10),
        ReceivedAt = _dialect.ReadTimestamp(reader, 11) ?? 0,
        Payload = reader.IsDBNull(12) ? null : reader.GetFieldValue<byte[]>(12),
        Sealed = reader.IsDBNull(13) ? null : reader.GetFieldValue<byte[]>(13),
        StartedAt = now,
        LastError = reader.IsDBNull(14) ? null : reader.GetString(14),
        LastAnswer = reader.IsDBNull(15) ? null : new((int)reader.GetInt64(15), reader.IsDBNull(16) ? "" : reader.GetString(16)),
    };
}
