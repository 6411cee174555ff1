using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Events;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>The state of an object, as the mirror has it.</summary>
/// <param name="Id">The object.</param>
/// <param name="Data">Its document; null when there is none, or none any more.</param>
/// <param name="DeletedAt">When it was deleted, in Unix ms; null while it lives.</param>
internal sealed record MirrorState(string Id, string? Data, long? DeletedAt)
{
    /// <summary>The object; null when it is deleted. What is only known by its id has nothing else.</summary>
    public ClerkResource? Read(Type type)
    {
        if (DeletedAt is not null)
            return null;
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
    private readonly string _marks = database.Dialect.TableName(SchemaArea.Engine, MarkSchema.Name);

    /// <summary>The newest states. Objects that the mirror does not know are missing.</summary>
    public async Task<IReadOnlyList<MirrorState>> ReadAsync(SqlSession session, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var states = new List<MirrorState>(ids.Count);
        var query = new SqlQuery(
            $"SELECT t.id, t.data, t.deleted_at FROM {_mirror} AS t WHERE {database.Dialect.IsAnyOf("t.id", "$1")} ORDER BY t.id",
            [SqlValue.List([.. ids])],
            reader => states.Add(new(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), database.Dialect.ReadTimestamp(reader, 2))));
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
}
