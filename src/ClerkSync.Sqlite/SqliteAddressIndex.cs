using ClerkSync.Storage;

namespace ClerkSync.Sqlite;

/// <summary>
/// SQLite cannot index the items of a list, so triggers keep a table of every address of every user:
/// <c>SELECT user_id FROM clerk_user_addresses WHERE address = …</c>.
/// </summary>
internal static class SqliteAddressIndex
{
    public static IReadOnlyList<ExtraObject> Objects(SqlDialect dialect)
    {
        var users = dialect.TableName(SchemaArea.Mirror, "users");
        var addresses = dialect.TableName(SchemaArea.Mirror, "user_addresses");
        var fill =
            $"INSERT OR IGNORE INTO {addresses} (user_id, kind, address) "
            + "SELECT new.id, 'email', value FROM json_each(new.email_addresses) UNION ALL SELECT new.id, 'phone', value FROM json_each(new.phone_numbers)";
        return
        [
            New("user_addresses", $"CREATE TABLE {addresses} (user_id TEXT NOT NULL, kind TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (user_id, kind, address)) WITHOUT ROWID"),
            New("user_addresses_address", $"CREATE INDEX {dialect.IndexName(SchemaArea.Mirror, "user_addresses_address")} ON {addresses} (address)"),
            Trigger("users_address_insert", "AFTER INSERT", "new.data IS NOT NULL", $"{fill};"),
            Trigger(
                "users_address_update",
                "AFTER UPDATE OF email_addresses, phone_numbers",
                "old.email_addresses IS NOT new.email_addresses OR old.phone_numbers IS NOT new.phone_numbers",
                $"DELETE FROM {addresses} WHERE user_id = new.id; {fill};"),
            Trigger("users_address_delete", "AFTER DELETE", "true", $"DELETE FROM {addresses} WHERE user_id = old.id;"),
        ];

        ExtraObject New(string name, string create) => new(name, SchemaArea.Mirror, create);

        ExtraObject Trigger(string name, string when, string condition, string body) =>
            New(name, $"CREATE TRIGGER {dialect.IndexName(SchemaArea.Mirror, name)} {when} ON {users} WHEN {condition} BEGIN {body} END");
    }
}
