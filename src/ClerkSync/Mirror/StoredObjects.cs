using System.Data.Common;
using System.Text;
using System.Text.Json;
using ClerkSync.Events;
using ClerkSync.Storage;

namespace ClerkSync.Mirror;

/// <summary>Reads single objects of the mirror.</summary>
internal sealed class StoredObjects(ClerkSyncDatabase database)
{
    private const string State = "t.id, CASE WHEN t.data IS NULL THEN 0 ELSE t.sync_completeness END, t.synced_at, t.told_deleted_at, t.deleted_at";

    private const string Columns = State + ", t.data";

    /// <summary>One row by its id; null when there is none.</summary>
    public Task<StoredObject?> FindAsync(MirrorTable table, string id, CancellationToken cancellationToken) => FindAsync(Columns, table, id, cancellationToken);

    /// <summary>The same without the document, which may be large.</summary>
    public Task<StoredObject?> FindStateAsync(MirrorTable table, string id, CancellationToken cancellationToken) => FindAsync(State, table, id, cancellationToken);

    private async Task<StoredObject?> FindAsync(string columns, MirrorTable table, string id, CancellationToken cancellationToken)
    {
        StoredObject? found = null;
        await ReadAsync(
            [new SqlQuery($"SELECT {columns} FROM {NameOf(table.Name)} AS t WHERE t.id = $1", [SqlValue.Id(id)], reader => found = Read(reader))],
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>The membership of a user in an organization. Someone who left and joined again has had several: the newest one that is alive counts.</summary>
    /// <returns>The living one, and whether Clerk told that user or organization are deleted, so that there can be none.</returns>
    public async Task<(StoredObject? Membership, bool IsParentTold)> FindMembershipAsync(string organizationId, string userId, CancellationToken cancellationToken)
    {
        StoredObject? found = null;
        var isParentTold = false;
        await ReadAsync(
            [
                new SqlQuery(
                    $"SELECT {Columns} FROM {NameOf("organization_memberships")} AS t WHERE t.organization_id = $1 AND t.user_id = $2 AND t.deleted_at IS NULL ORDER BY t.sync_version DESC, t.sync_event_at DESC LIMIT 1",
                    [SqlValue.Id(organizationId), SqlValue.Id(userId)],
                    reader => found = Read(reader)),
                new SqlQuery(
                    $"SELECT id FROM {NameOf("users")} WHERE id = $1 AND told_deleted_at IS NOT NULL "
                    + $"UNION ALL SELECT id FROM {NameOf("organizations")} WHERE id = $2 AND told_deleted_at IS NOT NULL",
                    [SqlValue.Id(userId), SqlValue.Id(organizationId)],
                    _ => isParentTold = true),
            ],
            cancellationToken).ConfigureAwait(false);
        return (found, isParentTold);
    }

    /// <summary>Living objects of which nothing but a stub has been known for a while, the oldest first.</summary>
    /// <param name="table">The table.</param>
    /// <param name="before">Known since before this moment, in Unix ms.</param>
    /// <param name="skip">How many of the oldest are passed over.</param>
    /// <param name="limit">Most ids.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<string>> FindStubsAsync(string table, long before, int skip, int limit, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        await ReadAsync(
            [
                new SqlQuery(
                    $"SELECT id FROM {NameOf(table)} WHERE {MirrorSchema.IsStub} AND synced_at < $1 ORDER BY synced_at, id LIMIT $2 OFFSET $3",
                    [SqlValue.Timestamp(before), SqlValue.Integer(limit), SqlValue.Integer(skip)],
                    reader => ids.Add(reader.GetString(0))),
            ],
            cancellationToken).ConfigureAwait(false);
        return ids;
    }

    private string NameOf(string table) => database.Dialect.TableName(SchemaArea.Mirror, table);

    private async Task ReadAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync(statements, cancellationToken).ConfigureAwait(false);
    }

    private StoredObject Read(DbDataReader reader) => new(
        reader.GetString(0),
        reader.FieldCount == 5 || reader.IsDBNull(5) ? null : CanonicalDocument.Parse(Encoding.UTF8.GetBytes(reader.GetString(5))),
        IsStub: (Completeness)reader.GetInt64(1) == Completeness.Stub,
        database.Dialect.ReadTimestamp(reader, 2) ?? 0,
        IsTold: !reader.IsDBNull(3),
        IsDead: !reader.IsDBNull(4));
}

/// <summary>What the mirror has of one object.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Document">The document; null when nothing is known of it, it is erased, or it was not read.</param>
/// <param name="IsStub">Whether it holds nothing but an id, or what other objects mention.</param>
/// <param name="SyncedAt">When the row was last written, in Unix ms.</param>
/// <param name="IsTold">Whether Clerk told that it is deleted; that is final.</param>
/// <param name="IsDead">Whether it is deleted for any reason.</param>
internal sealed record StoredObject(string Id, JsonElement? Document, bool IsStub, long SyncedAt, bool IsTold, bool IsDead);
