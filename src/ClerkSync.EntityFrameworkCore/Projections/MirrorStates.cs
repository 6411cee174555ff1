using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Events;
using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>The state of an object, as the mirror has it.</summary>
/// <param name="Id">The object.</param>
/// <param name="Data">Its document; null when there is none, or none any more.</param>
/// <param name="DeletedAt">When it was deleted, in Unix ms; null while it lives.</param>
/// <param name="UserId">The user that it does not outlive; null when it has none.</param>
/// <param name="OrganizationId">The organization that it does not outlive; null when it has none.</param>
internal sealed record MirrorState(string Id, string? Data, long? DeletedAt, string? UserId, string? OrganizationId)
{
    /// <summary>The object; null when it is deleted. What is only known by its id has nothing else.</summary>
    public ClerkResource? Read(Type type)
    {
        if (DeletedAt is not null)
            return null;
        var read = ReadDocument(type);
        FillParents(read);
        return read;
    }

    /// <summary>The mirror keeps the ids of parents when a later document leaves them out.</summary>
    private void FillParents(ClerkResource read)
    {
        switch (read)
        {
            case OrganizationMembership membership:
                if (membership.UserId is null && UserId is not null)
                    (membership.PublicUserData ??= new()).UserId = UserId;
                if (membership.OrganizationId is null && OrganizationId is not null)
                    membership.Organization = new() { Id = OrganizationId };
                break;
            case OrganizationInvitation invitation:
                invitation.OrganizationId ??= OrganizationId;
                break;
            case OrganizationDomain domain:
                domain.OrganizationId ??= OrganizationId;
                break;
            case Session session:
                session.UserId ??= UserId;
                break;
        }
    }

    private ClerkResource ReadDocument(Type type)
    {
        if (Data is not null && ClerkObjectReader.Read(type, JsonElement.Parse(Data)) is ClerkResource complete)
            return complete;
        var document = Data is null ? [] : JsonNode.Parse(Data) as JsonObject ?? [];
        document["id"] = Id;
        return (ClerkResource)ClerkObjectReader.Read(type, JsonElement.Parse(document.ToJsonString()))!;
    }
}

/// <summary>Reads what a projection needs from ClerkSync's tables.</summary>
internal sealed class MirrorStates(ClerkSyncDatabase database, string table)
{
    private readonly string _mirror = database.Dialect.TableName(SchemaArea.Mirror, table);
    private readonly string _userId = ParentIn(table, "users");
    private readonly string _organizationId = ParentIn(table, "organizations");
    private readonly string _marks = database.Dialect.TableName(SchemaArea.Engine, MarkSchema.Name);

    /// <summary>The newest states. Objects that the mirror does not know are missing.</summary>
    public async Task<IReadOnlyList<MirrorState>> ReadAsync(SqlSession session, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var states = new List<MirrorState>(ids.Count);
        var query = new SqlQuery(
            $"SELECT t.id, t.data, t.deleted_at, {_userId}, {_organizationId} FROM {_mirror} AS t WHERE {database.Dialect.IsAnyOf("t.id", "$1")} ORDER BY t.id",
            [SqlValue.List([.. ids])],
            reader => states.Add(new(reader.GetString(0), Text(reader, 1), database.Dialect.ReadTimestamp(reader, 2), Text(reader, 3), Text(reader, 4))));
        await session.ExecuteAsync([query], cancellationToken).ConfigureAwait(false);
        return states;
    }

    /// <summary>The newest states, on a connection of its own.</summary>
    public async Task<IReadOnlyList<MirrorState>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await ReadAsync(session, ids, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Those marks whose lease somebody else has, or that are gone.</summary>
    public async Task<IReadOnlyList<ClaimedMark>> LostAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var fences = new Dictionary<string, long>(StringComparer.Ordinal);
        var query = new SqlQuery(
            $"SELECT t.id, t.fence FROM {_marks} AS t WHERE {database.Dialect.IsAnyOf("t.id", "$1")}",
            [SqlValue.List([.. marks.Select(m => m.Id)])],
            reader => fences.Add(reader.GetString(0), reader.GetInt64(1)));
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([query], cancellationToken).ConfigureAwait(false);
        return [.. marks.Where(m => !fences.TryGetValue(m.Id, out var fence) || fence != m.Fence)];
    }

    private static string ParentIn(string table, string parent) =>
        MirrorTables.Named(table).Parents.FirstOrDefault(p => p.Table == parent) is { } column ? $"t.{column.Column}" : "NULL";

    private static string? Text(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
