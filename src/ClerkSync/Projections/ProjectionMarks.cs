using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>
/// Raises, claims and settles marks. Rows are locked in the order of their ids and by short transactions only, so that receiving, which raises
/// marks in its own transaction, never waits for the user's tables and cannot deadlock.
/// </summary>
internal sealed class ProjectionMarks(ClerkSyncDatabase database)
{
    private readonly SqlDialect _dialect = database.Dialect;
    private readonly string _table = database.Dialect.TableName(SchemaArea.Engine, MarkSchema.Name);
    private readonly string _checkpoints = database.Dialect.TableName(SchemaArea.Engine, "checkpoints");

    /// <summary>
    /// Raises the marks of all objects that a transaction has changed, in that transaction and after its other writes. One statement, whatever the
    /// causes: with several, each in its own order, two transactions could lock the same marks crosswise.
    /// </summary>
    /// <param name="projection">The projection.</param>
    /// <param name="causes">A column of the mirror table, and its values in the rows that changed.</param>
    /// <param name="now">When they are due, in Unix ms.</param>
    public SqlQuery Raise(ProjectionKey projection, IReadOnlyList<(string Column, string[] Values)> causes, long now)
    {
        var mirror = _dialect.TableName(SchemaArea.Mirror, projection.Table);
        var rows = string.Join(" UNION ", causes.Select((c, i) => $"SELECT id FROM {mirror} WHERE {_dialect.IsAnyOf(c.Column, $"${i + 4}")}"));
        return new(
            $"{InsertSelect()} FROM ({rows}) AS t {RaiseAgain}",
            [SqlValue.Id(projection.Name), SqlValue.Timestamp(now), SqlValue.Integer(AnyNumber()), .. causes.Select(c => SqlValue.List(c.Values))]);
    }

    /// <summary>Raises the marks of the mirror's rows behind one id, up to another.</summary>
    public SqlQuery RaiseBetween(ProjectionKey projection, string after, string last, long now) => new(
        $"{InsertSelect()} FROM {_dialect.TableName(SchemaArea.Mirror, projection.Table)} AS t {RaiseAgain.Replace("WHERE true", "WHERE t.id > $4 AND t.id <= $5", StringComparison.Ordinal)}",
        [SqlValue.Id(projection.Name), SqlValue.Timestamp(now), SqlValue.Integer(AnyNumber()), SqlValue.Id(after), SqlValue.Id(last)]);

    /// <summary>The last id of the next so many rows behind an id, NULL when there are none, and how many there are.</summary>
    public SqlQuery LastOfNext(string mirrorTable, string after, int count, Action<string?, long> onId) => new(
        $"SELECT max(t.id), count(*) FROM (SELECT id FROM {_dialect.TableName(SchemaArea.Mirror, mirrorTable)} WHERE id > $1 ORDER BY id LIMIT $2) AS t",
        [SqlValue.Id(after), SqlValue.Integer(count)],
        reader => onId(reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetInt64(1)));

    /// <summary>Whether anything of a projection is due. A plain read, so that asking each second costs writers nothing.</summary>
    public async Task<bool> IsAnyDueAsync(Projection projection, long now, CancellationToken cancellationToken)
    {
        var isDue = false;
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                [new SqlQuery($"SELECT t.id FROM {_table} AS t WHERE {IsDue} LIMIT 1", DueValues(projection, now), _ => isDue = true)], cancellationToken).ConfigureAwait(false);
        }

        return isDue;
    }

    /// <summary>
    /// Takes marks that are due under a lease. Those that somebody else holds are passed over. Half of them are those that became due last: what changes now must
    /// not wait until all objects are written that a new projection has raised.
    /// </summary>
    public async Task<IReadOnlyList<ClaimedMark>> ClaimAsync(Projection projection, int most, TimeSpan lease, long now, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedMark>();
        var claim = new SqlQuery(
            $"""
            WITH f AS MATERIALIZED (SELECT t.id FROM {_table} AS t WHERE {IsDue} ORDER BY t.due_at, t.id LIMIT $6{_dialect.RowLockSkipping}),
            l AS MATERIALIZED (SELECT t.id FROM {_table} AS t WHERE {IsDue} ORDER BY t.due_at DESC, t.id DESC LIMIT $7{_dialect.RowLockSkipping})
            UPDATE {_table} SET leased_until = {_dialect.Now("$8")}, fence = fence + 1 WHERE id IN (SELECT id FROM f UNION SELECT id FROM l) RETURNING id, object_id, generation, fence, attempts
            """,
            [.. DueValues(projection, now), SqlValue.Integer(most - (most / 2)), SqlValue.Integer(most / 2), SqlValue.Integer((long)lease.TotalMilliseconds)],
            reader => claimed.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), (int)reader.GetInt64(4))));
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
            await transaction.CommitAsync([.. PlanAnew(), claim], cancellationToken).ConfigureAwait(false);
        return claimed;
    }

    /// <summary>
    /// Ends the work on these marks inside a transaction that the caller commits right afterwards: clears those whose object has not changed
    /// since they were claimed, and leaves the others due.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else has one of them: roll back.</exception>
    public async Task SettleAsync(SqlSession transaction, IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var found = await LockAsync(transaction, marks, cancellationToken).ConfigureAwait(false);
        if (marks.Any(m => !found.TryGetValue(m.Id, out var mark) || mark.Fence != m.Fence))
            throw new LeaseLostException();

        string[] done = [.. marks.Where(m => found[m.Id].Generation == m.Generation).Select(m => m.Id)];
        string[] moved = [.. marks.Where(m => found[m.Id].Generation != m.Generation).Select(m => m.Id)];
        await transaction.ExecuteAsync(
            [
                new SqlQuery($"DELETE FROM {_table} WHERE {_dialect.IsAnyOf("id", "$1")}", [SqlValue.List(done)]),
                new SqlQuery($"UPDATE {_table} SET leased_until = NULL WHERE {_dialect.IsAnyOf("id", "$1")}", [SqlValue.List(moved)]),
            ],
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives leases back, so that the marks are due again.</summary>
    /// <param name="marks">The marks; those whose lease is lost are left alone, and those whose object has changed since are due as they were.</param>
    /// <param name="dueAt">When, in Unix ms; null for as before.</param>
    /// <param name="error">Why they wait, for people; null for no word.</param>
    /// <param name="cancellationToken">Gives up; the leases then end by themselves.</param>
    public Task ReleaseAsync(IReadOnlyList<ClaimedMark> marks, long? dueAt, string? error, CancellationToken cancellationToken) => ChangeAsync(
        marks,
        (own, unchanged) =>
        [
            new($"UPDATE {_table} SET leased_until = NULL WHERE {_dialect.IsAnyOf("id", "$1")}", [SqlValue.List(own)]),
            .. dueAt is null
                ? Array.Empty<SqlQuery>()
                : [
                    new(
                        $"UPDATE {_table} SET due_at = $2, state = 'retrying', error = $3 WHERE {_dialect.IsAnyOf("id", "$1")}",
                        [SqlValue.List(unchanged), SqlValue.Timestamp(dueAt), SqlValue.Text(error)]),
                ],
        ],
        cancellationToken);

    /// <summary>Makes leases last longer; those that were given back meanwhile stay so.</summary>
    public Task RenewAsync(IReadOnlyList<ClaimedMark> marks, TimeSpan lease, CancellationToken cancellationToken) => ChangeAsync(
        marks,
        (own, _) =>
        [
            new(
                $"UPDATE {_table} SET leased_until = {_dialect.Now("$2")} WHERE {_dialect.IsAnyOf("id", "$1")} AND leased_until IS NOT NULL",
                [SqlValue.List(own), SqlValue.Integer((long)lease.TotalMilliseconds)]),
        ],
        cancellationToken);

    /// <summary>Writes that an object failed. If it has changed since, the new state gets its own chance at once.</summary>
    /// <param name="mark">The mark; nothing is written when its lease is lost.</param>
    /// <param name="error">Why, for people; holds no data.</param>
    /// <param name="dueAt">When to try again, in Unix ms; null gives it up.</param>
    /// <param name="cancellationToken">Gives up; the lease then ends by itself.</param>
    public Task FailAsync(ClaimedMark mark, string error, long? dueAt, CancellationToken cancellationToken) => ChangeAsync(
        [mark],
        (own, unchanged) =>
        [
            new(
                $"UPDATE {_table} SET state = $2, attempts = $3, error = $4{(dueAt is null ? "" : ", due_at = $5")} WHERE {_dialect.IsAnyOf("id", "$1")}",
                [
                    SqlValue.List(unchanged), SqlValue.Id(dueAt is null ? MarkSchema.Dead : MarkSchema.Retrying), SqlValue.Integer(mark.Attempts + 1), SqlValue.Text(error),
                    .. dueAt is null ? [] : new[] { SqlValue.Timestamp(dueAt) },
                ]),
            new($"UPDATE {_table} SET leased_until = NULL WHERE {_dialect.IsAnyOf("id", "$1")}", [SqlValue.List(own)]),
        ],
        cancellationToken);

    /// <summary>Both the table of marks and the user's may be empty now and full in a minute.</summary>
    public IEnumerable<SqlStatement> PlanAnew() => _dialect.PlanAnew;

    /// <summary>To be carried out before <see cref="SettleAsync"/> where the user's tables are in the same transaction: a commit must not wait for them.</summary>
    public IEnumerable<SqlStatement> CheckDeferred() => _dialect.CheckDeferred is { } text ? [new SqlQuery(text, [])] : [];

    /// <summary>Changes marks under their locks.</summary>
    /// <param name="marks">The marks.</param>
    /// <param name="change">Gets the ids of those whose lease still holds, and of those among them whose object has not changed since.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task ChangeAsync(IReadOnlyList<ClaimedMark> marks, Func<string[], string[], SqlQuery[]> change, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var found = await LockAsync(transaction, marks, cancellationToken).ConfigureAwait(false);
            string[] own = [.. marks.Where(m => found.TryGetValue(m.Id, out var mark) && mark.Fence == m.Fence).Select(m => m.Id)];
            string[] unchanged = [.. marks.Where(m => found.TryGetValue(m.Id, out var mark) && mark == (m.Generation, m.Fence)).Select(m => m.Id)];
            await transaction.CommitAsync(own.Length == 0 ? [] : change(own, unchanged), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Dictionary<string, (long Generation, long Fence)>> LockAsync(SqlSession transaction, IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        void Add(DbDataReader reader) => found.Add(reader.GetString(0), (reader.GetInt64(1), reader.GetInt64(2)));
        await transaction.ExecuteAsync(
            [
                new SqlQuery(
                    $"SELECT t.id, t.generation, t.fence FROM {_table} AS t WHERE {_dialect.IsAnyOf("t.id", "$1")} ORDER BY t.id{_dialect.RowLock}",
                    [SqlValue.List([.. marks.Select(m => m.Id)])],
                    Add),
            ],
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    private string InsertSelect() =>
        $"INSERT INTO {_table} AS m (id, projection, object_id, generation, due_at, fence, state, attempts) SELECT $1 || ' ' || t.id, $1, t.id, $3, $2, $3, 'pending', 0";

    /// <summary>SQLite takes <c>ON</c> for a join unless a WHERE stands before it.</summary>
    private const string RaiseAgain =
        "WHERE true ORDER BY t.id ON CONFLICT (id) DO UPDATE SET generation = m.generation + 1, state = 'pending', attempts = 0, due_at = excluded.due_at, error = NULL";

    /// <summary>A lease is compared with the database's clock. Who has another definition of the projection than the database must not write.</summary>
    private string IsDue =>
        $"t.projection = $1 AND t.{MarkSchema.IsOpen} AND t.due_at <= $2 AND (t.leased_until IS NULL OR t.leased_until <= {_dialect.Now()}) "
        + $"AND EXISTS (SELECT 1 FROM {_checkpoints} AS p WHERE p.name = $3 AND (p.value = $4 OR substr(p.value, 1, length($5)) = $5))";

    private static SqlValue[] DueValues(Projection projection, long now) =>
    [
        SqlValue.Id(projection.Name), SqlValue.Timestamp(now), SqlValue.Id(MarkSchema.Checkpoint(projection.Name)),
        SqlValue.Text(MarkSchema.Stored(projection)), SqlValue.Text(MarkSchema.Stored(projection) + " "),
    ];

    /// <summary>Generations and fences start anywhere, so that a mark that was cleared and raised anew is never taken for the old one.</summary>
    private static long AnyNumber() => BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & 0xFFFF_FFFF_FFFF;
}
