using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>Reads marks for people, and makes those due, or removes them, as a person wants.</summary>
internal sealed class MarkReader(ClerkSyncDatabase database)
{
    private readonly string _table = database.Dialect.TableName(SchemaArea.Engine, MarkSchema.Name);

    /// <summary>How many marks each projection has, by name.</summary>
    public async Task<IReadOnlyList<MarkCount>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new List<MarkCount>();
        await ReadAsync(
            new(
                $"SELECT t.projection, count(*), count(*) FILTER (WHERE t.state = 'dead'), min(t.due_at) FILTER (WHERE t.{MarkSchema.IsOpen}) FROM {_table} AS t GROUP BY t.projection ORDER BY t.projection",
                [],
                reader => counts.Add(new(reader.GetString(0), reader.GetInt64(1) - reader.GetInt64(2), reader.GetInt64(2), database.Dialect.ReadTimestamp(reader, 3)))),
            cancellationToken).ConfigureAwait(false);
        return counts;
    }

    /// <summary>All projections that any server has had.</summary>
    public async Task<IReadOnlyList<ProjectionKey>> KnownAsync(CancellationToken cancellationToken)
    {
        var known = new List<ProjectionKey>();
        await ReadAsync(MarkSchema.ReadKnown(database.Dialect, known.Add), cancellationToken).ConfigureAwait(false);
        return known;
    }

    /// <summary>Marks in the order of their ids, those that failed first.</summary>
    /// <param name="projection">Only of this projection; null for all.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<WaitingMark>> ListAsync(string? projection, int limit, CancellationToken cancellationToken)
    {
        var marks = new List<WaitingMark>();
        await ReadAsync(
            new(
                $"SELECT t.projection, t.object_id, t.state, t.attempts, t.due_at, t.error FROM {_table} AS t WHERE $1 = '' OR t.projection = $1 "
                + "ORDER BY CASE t.state WHEN 'dead' THEN 0 WHEN 'retrying' THEN 1 ELSE 2 END, t.id LIMIT $2",
                [SqlValue.Id(projection ?? ""), SqlValue.Integer(limit)],
                reader => marks.Add(new(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), database.Dialect.ReadTimestamp(reader, 4) ?? 0, reader.IsDBNull(5) ? null : reader.GetString(5)))),
            cancellationToken).ConfigureAwait(false);
        return marks;
    }

    /// <summary>Makes marks due at once that have failed, as if their objects had just changed.</summary>
    /// <param name="projection">The projection.</param>
    /// <param name="objectId">Only of this object; null for all that failed.</param>
    /// <param name="now">Now, in Unix ms.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> RetryAsync(string projection, string? objectId, long now, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.ExecuteAsync(
                [
                    new SqlQuery(
                        $"SELECT t.id FROM {_table} AS t WHERE t.projection = $1 AND ($2 = '' OR t.object_id = $2) AND t.state <> 'pending' ORDER BY t.id{database.Dialect.RowLock}",
                        [SqlValue.Id(projection), SqlValue.Id(objectId ?? "")],
                        reader => ids.Add(reader.GetString(0))),
                ],
                cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(
                [
                    new SqlQuery(
                        $"UPDATE {_table} SET generation = generation + 1, state = 'pending', attempts = 0, due_at = $2, error = NULL WHERE {database.Dialect.IsAnyOf("id", "$1")}",
                        [SqlValue.List([.. ids]), SqlValue.Timestamp(now)]),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return ids.Count;
    }

    /// <summary>
    /// Removes a projection's marks, and that it is known: nobody raises marks for it any more. A server that has it makes it known again.
    /// </summary>
    /// <returns>How many marks there were.</returns>
    public async Task<int> ForgetAsync(string projection, CancellationToken cancellationToken)
    {
        var dialect = database.Dialect;
        var marks = 0;
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // Whoever receives knows it up to here, or not at all.
            SqlStatement[] writerLock = dialect.WriterLock(static () => { }) is { } statement ? [statement] : [];
            await transaction.CommitAsync(
                [
                    .. writerLock,
                    new SqlQuery(
                        $"WITH c AS MATERIALIZED (SELECT t.id FROM {_table} AS t WHERE t.projection = $1 ORDER BY t.id{dialect.RowLock}) DELETE FROM {_table} WHERE id IN (SELECT id FROM c) RETURNING id",
                        [SqlValue.Id(projection)],
                        _ => marks++),
                    new SqlQuery($"DELETE FROM {dialect.TableName(SchemaArea.Engine, "checkpoints")} WHERE name = $1", [SqlValue.Id(MarkSchema.Checkpoint(projection))]),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return marks;
    }

    private async Task ReadAsync(SqlQuery query, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([query], cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>The marks of a projection.</summary>
/// <param name="Projection">Its name.</param>
/// <param name="Waiting">Objects that wait to be written.</param>
/// <param name="Dead">Objects that were given up.</param>
/// <param name="OldestDueAt">Since when the first of those that wait is due, in Unix ms; null when none waits.</param>
internal sealed record MarkCount(string Projection, long Waiting, long Dead, long? OldestDueAt);

/// <summary>A mark, for people.</summary>
internal sealed record WaitingMark(string Projection, string ObjectId, string State, long Attempts, long DueAt, string? Error);
