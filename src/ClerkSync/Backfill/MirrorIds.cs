using System.Runtime.CompilerServices;
using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>Reads which objects the mirror has, and takes for alive.</summary>
internal sealed class MirrorIds(ClerkSyncDatabase database)
{
    private const int ChunkSize = 5000;

    /// <summary>All live rows of a table, in the order of their ids, a chunk at a time.</summary>
    public async IAsyncEnumerable<RowIdentity> ReadAsync(MirrorTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parents = string.Concat(table.Parents.Select(p => $", t.{p.Column}"));
        var text = $"SELECT t.id, COALESCE(t.last_seen_at, t.synced_at), t.sync_completeness{parents} FROM {NameOf(table)} AS t WHERE t.deleted_at IS NULL AND t.id > $1 ORDER BY t.id LIMIT $2";
        var after = "";
        var chunk = new List<RowIdentity>(ChunkSize);
        do
        {
            chunk.Clear();
            await ExecuteAsync(
                [
                    new SqlQuery(text, [SqlValue.Id(after), SqlValue.Integer(ChunkSize)], reader => chunk.Add(new(
                        reader.GetString(0),
                        database.Dialect.ReadTimestamp(reader, 1),
                        [.. table.Parents.Select((_, i) => reader.IsDBNull(i + 3) ? null : reader.GetString(i + 3))],
                        reader.GetInt64(2) == (long)Completeness.Stub))),
                ],
                cancellationToken).ConfigureAwait(false);
            foreach (var row in chunk)
                yield return row;
            after = chunk.Count == 0 ? after : chunk[^1].Id;
        }
        while (chunk.Count == ChunkSize);
    }

    /// <summary>How many rows of a table are alive.</summary>
    public Task<long> CountAsync(MirrorTable table, CancellationToken cancellationToken) => CountAsync($"{NameOf(table)} AS t WHERE t.deleted_at IS NULL", [], cancellationToken);

    /// <summary>How many live rows of a table would die with these objects: its own, and those that do not outlive them.</summary>
    /// <param name="table">The table.</param>
    /// <param name="gone">Ids by table.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<long> CountGoingAsync(MirrorTable table, IReadOnlyDictionary<string, string[]> gone, CancellationToken cancellationToken)
    {
        (string Column, string Table)[] causes = [("id", table.Name), .. table.Parents.Select(p => (p.Column, p.Table))];
        var present = causes.Where(c => gone.GetValueOrDefault(c.Table) is { Length: > 0 }).ToArray();
        if (present.Length == 0)
            return Task.FromResult(0L);
        var conditions = present.Select((c, i) => database.Dialect.IsAnyOf($"t.{c.Column}", $"${i + 1}"));
        return CountAsync(
            $"{NameOf(table)} AS t WHERE t.deleted_at IS NULL AND ({string.Join(" OR ", conditions)})", [.. present.Select(c => SqlValue.List(gone[c.Table]))], cancellationToken);
    }

    /// <summary>One row, alive or not; null when there is none.</summary>
    public async Task<RowIdentity?> FindAsync(MirrorTable table, string id, CancellationToken cancellationToken)
    {
        RowIdentity? found = null;
        await ExecuteAsync([Find(table, id, "true", row => found = row)], cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>The table and the row of an object whose deletion Clerk told; null when there is none.</summary>
    public async Task<(MirrorTable Table, RowIdentity Row)?> FindTombstoneAsync(string id, CancellationToken cancellationToken)
    {
        (MirrorTable, RowIdentity)? found = null;
        await ExecuteAsync([.. MirrorTables.All.Select(table => Find(table, id, "t.told_deleted_at IS NOT NULL", row => found = (table, row)))], cancellationToken).ConfigureAwait(false);
        return found;
    }

    private SqlQuery Find(MirrorTable table, string id, string condition, Action<RowIdentity> onRow) => new(
        $"SELECT t.id{string.Concat(table.Parents.Select(p => $", t.{p.Column}"))} FROM {NameOf(table)} AS t WHERE t.id = $1 AND {condition}",
        [SqlValue.Id(id)],
        reader => onRow(new(id, null, [.. table.Parents.Select((_, i) => reader.IsDBNull(i + 1) ? null : reader.GetString(i + 1))])));

    private async Task<long> CountAsync(string rows, SqlValue[] values, CancellationToken cancellationToken)
    {
        var count = 0L;
        await ExecuteAsync([new SqlQuery($"SELECT count(*) FROM {rows}", values, reader => count = reader.GetInt64(0))], cancellationToken).ConfigureAwait(false);
        return count;
    }

    private async Task ExecuteAsync(SqlQuery[] queries, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync(queries, cancellationToken).ConfigureAwait(false);
    }

    private string NameOf(MirrorTable table) => database.Dialect.TableName(SchemaArea.Mirror, table.Name);
}

/// <summary>A row of the mirror.</summary>
/// <param name="Id">The object's id.</param>
/// <param name="SeenAt">When it was last known to be alive, in Unix ms; where no event proves that, when the row was written.</param>
/// <param name="ParentIds">Ids of the parents, in the table's order.</param>
/// <param name="IsStub">Whether nothing is known of it but what a block without a version said.</param>
internal sealed record RowIdentity(string Id, long? SeenAt, string?[] ParentIds, bool IsStub = false);
