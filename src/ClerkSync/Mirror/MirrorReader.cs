using ClerkSync.Storage;

namespace ClerkSync.Mirror;

/// <summary>Reads the mirror for people.</summary>
internal sealed class MirrorReader(ClerkSyncDatabase database)
{
    /// <summary>How many rows each table has, in the order of <see cref="MirrorTables.All"/>.</summary>
    public async Task<IReadOnlyList<MirrorCount>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new List<MirrorCount>();
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([.. MirrorTables.All.Select(table => Count(table, counts))], cancellationToken).ConfigureAwait(false);
        return counts;
    }

    private SqlQuery Count(MirrorTable table, List<MirrorCount> counts) => new(
        $"SELECT count(*), count(deleted_at) FROM {database.Dialect.TableName(SchemaArea.Mirror, table.Name)}",
        [],
        reader => counts.Add(new(table.Name, reader.GetInt64(0) - reader.GetInt64(1), reader.GetInt64(1))));
}

/// <summary>How many rows a mirror table has.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Live">Rows of objects that exist.</param>
/// <param name="Deleted">Tombstones.</param>
internal sealed record MirrorCount(string Table, long Live, long Deleted);
