using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.Mirror;

/// <summary>Reads what a batch needs to know of a stored row: everything but the document.</summary>
internal static class MirrorRowReader
{
    /// <summary>The columns, in the order in which <see cref="Read"/> takes them; four of each parent follow.</summary>
    public const string Columns =
        "t.id, t.instance_id, t.sync_version, t.sync_completeness, t.sync_event_at, t.sync_tiebreaker, t.sync_source, t.sync_message_id, t.sync_repairs, "
        + "t.told_deleted_at, t.last_seen_at, t.proven_absent_at, t.deleted_at, t.deleted_by, t.data IS NULL";

    private const int FirstParent = 15;

    public static void Read(DbDataReader reader, MirrorRow row, SqlDialect dialect)
    {
        StateVersion? version = null;
        StateOrigin? origin = null;
        if (!reader.IsDBNull(5))
        {
            version = new(
                reader.GetInt64(2), (Completeness)reader.GetInt64(3), dialect.ReadTimestamp(reader, 4) ?? 0, reader.GetFieldValue<byte[]>(5));
            origin = new(reader.GetString(6), Text(reader, 7), Text(reader, 1), Text(reader, 8));
        }

        row.Load(
            version,
            origin,
            dialect.ReadTimestamp(reader, 10),
            dialect.ReadTimestamp(reader, 11),
            new(dialect.ReadTimestamp(reader, 9), dialect.ReadTimestamp(reader, 12), Text(reader, 13)),
            reader.GetBoolean(14));

        for (var i = 0; i < row.ParentIds.Length; i++)
        {
            var at = FirstParent + (4 * i);
            row.ParentIds[i] = Text(reader, at);
            row.StoredParents[i] = new(dialect.ReadTimestamp(reader, at + 1), dialect.ReadTimestamp(reader, at + 2), Text(reader, at + 3));
        }
    }

    private static string? Text(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
