using ClerkSync.Storage;

namespace ClerkSync.Inbox;

/// <summary>The table of every verified message.</summary>
internal static class InboxSchema
{
    public static TableSchema Table(SqlDialect dialect)
    {
        var id = dialect.ColumnType(ColumnKind.Id);
        var text = dialect.ColumnType(ColumnKind.Text);
        var moment = dialect.ColumnType(ColumnKind.Timestamp);
        var results = string.Join(", ", InboxResults.All.Select(SqlDialect.Literal));
        return new(
            SchemaArea.Engine,
            EngineSchema.Messages,
            [
                new("sequence", dialect.SequenceColumn("sequence")),
                new("id", $"{id} NOT NULL UNIQUE"),
                new("received_at", $"{moment} NOT NULL"),
                new("event_type", id),
                new("instance_id", id),
                new("object_id", id),
                new("user_id", id),
                new("organization_id", id),
                new("inviter_id", id),
                new("event_at", moment),
                new("result", $"{id} NOT NULL CHECK (result IN ({results}))"),
                new("why", text),
                new("attempts", $"{dialect.ColumnType(ColumnKind.Integer)} NOT NULL DEFAULT 0"),
                new("next_attempt_at", $"{moment} CHECK (next_attempt_at IS NULL OR result = 'deferred')"),
                new("payload", dialect.ColumnType(ColumnKind.Binary)),
                new("erased_at", $"{moment} CHECK (erased_at IS NULL OR payload IS NULL)"),
                new("erasing_since", moment),
                new("sealed", dialect.ColumnType(ColumnKind.Binary)),
            ],
            [
                new("inbox_messages_object_id", "object_id", "object_id IS NOT NULL"),
                new("inbox_messages_user_id", "user_id", "user_id IS NOT NULL"),
                new("inbox_messages_organization_id", "organization_id", "organization_id IS NOT NULL"),
                new("inbox_messages_inviter_id", "inviter_id", "inviter_id IS NOT NULL"),
                new("inbox_messages_received_at", "received_at"),
                new("inbox_messages_payload_age", "received_at", "payload IS NOT NULL"),
                new("inbox_messages_erasing", "erasing_since", "erasing_since IS NOT NULL"),
                new("inbox_messages_sealed", "sequence", "sealed IS NOT NULL"),
                new("inbox_messages_due", "next_attempt_at", "next_attempt_at IS NOT NULL"),
                new("inbox_messages_unsettled", "result, sequence", "result IN ('ignored', 'unreadable', 'deferred', 'dead')"),
            ]);
    }
}
