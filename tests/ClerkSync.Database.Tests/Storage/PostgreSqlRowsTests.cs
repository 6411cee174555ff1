using System.Globalization;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Inbox;
using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.Storage;

/// <summary>How PostgreSQL keeps rows: cheap to write again, whatever the age of the tables.</summary>
public sealed class PostgreSqlRowsTests(PostgresServer postgres)
{
    /// <summary>Written by every new state: an index that names one of them, in its condition too, is touched by every write, and all other indexes with it.</summary>
    private static readonly string[] AlwaysChanged =
        ["data", "sync_version", "sync_event_at", "sync_tiebreaker", "sync_message_id", "synced_at", "last_seen_at", "updated_at", "last_active_at"];

    [Fact]
    public async Task Documents_and_payloads_are_compressed_with_lz4_and_pages_keep_room()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);

        await AssertKeptAsync(engine);
    }

    [Fact]
    public async Task Older_tables_are_kept_so_from_their_next_migration_on()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("ALTER TABLE {users} RESET (fillfactor, toast_tuple_target)");
        await engine.ExecuteAsync("ALTER TABLE {users} ALTER COLUMN data SET COMPRESSION pglz");
        await engine.ExecuteAsync("CREATE INDEX users_stubs ON {users} (synced_at) WHERE sync_completeness = 0 AND deleted_at IS NULL");
        await engine.ExecuteAsync("UPDATE {{schema_history}} SET version = 4, fingerprint = 'older'");

        await engine.Migrator.MigrateAsync(allowRewrite: false, TestContext.Current.CancellationToken);

        await AssertKeptAsync(engine);
        Assert.Null(await engine.ScalarAsync("SELECT to_regclass('clerk.users_stubs')::text"));
    }

    [Fact]
    public void No_index_of_the_mirror_names_a_column_that_every_write_changes()
    {
        var indexes = MirrorSchema.Tables(new PostgreSql.PostgreSqlDialect(new())).SelectMany(t => t.Indexes).ToArray();

        Assert.True(indexes.Length > 20);
        foreach (var index in indexes)
        {
            var names = System.Text.RegularExpressions.Regex.Split($"{index.Columns} {index.Where}", @"\W+");
            Assert.DoesNotContain(names, name => AlwaysChanged.Contains(name, StringComparer.Ordinal));
        }
    }

    /// <summary>PostgreSQL marks a version of a row that no index leads to: the one before it on the same page does.</summary>
    [Fact]
    public async Task A_new_state_is_written_in_place()
    {
        const int HeapOnly = 0x8000;
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("CREATE EXTENSION pageinspect");
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1000, new string('x', 1500)));
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 2000, new string('y', 1500)));

        var flags = await engine.ScalarAsync(
            "SELECT t_infomask2 FROM {users} AS u, heap_page_items(get_raw_page('clerk.users', 0)) AS h WHERE u.id = 'user_1' AND h.t_ctid = u.ctid AND h.lp = (u.ctid::text::point)[1]::int");

        Assert.Equal(HeapOnly, int.Parse(flags!, CultureInfo.InvariantCulture) & HeapOnly);
        Assert.Equal(new string('y', 1500), await engine.ScalarAsync("SELECT first_name FROM {users}"));
    }

    /// <summary>A table that grew within a minute: without statistics the database believes that an id occurs in one row of two hundred.</summary>
    [Fact]
    public async Task Erasing_finds_payloads_by_their_index_in_a_table_without_statistics()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync(
            "INSERT INTO {{inbox_messages}} (id, received_at, object_id, result, payload) SELECT 'msg_' || n, now(), 'user_' || n, 'applied', '\\x01' FROM generate_series(1, 50000) AS n");
        var statement = new InboxWriter(engine.Database.Dialect).Erase("object_id", ["user_7"], 0).First();

        var plan = string.Join('\n', (await engine.QueryAsync(
            $"EXPLAIN {statement.Text.Replace("$1", "ARRAY['user_7', 'user_8']", StringComparison.Ordinal).Replace("$2", "now()", StringComparison.Ordinal)}")).Select(r => r[0]));

        Assert.Contains("inbox_messages_object_id", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on inbox_messages", plan, StringComparison.Ordinal);
    }

    /// <summary>Plans are kept for as long as a connection lives: what was planned for empty tables writes to full ones later.</summary>
    [Fact]
    public async Task Writing_states_finds_rows_by_their_keys_even_if_it_was_planned_for_empty_tables()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var transaction = await engine.Database.BeginWriteAsync(WritePriority.Background, CancellationToken.None);
        await transaction.ExecuteAsync([.. engine.Database.Dialect.FindByKey, new SqlQuery("SET LOCAL plan_cache_mode = force_generic_plan", [])], CancellationToken.None);
        foreach (var table in MirrorTables.All)
        {
            var update = new MirrorTableSql(table, engine.Database.Dialect).WriteStates([], 0, r => r.NewState!);
            var lines = new List<string>();
            var nulls = string.Join(", ", Enumerable.Repeat("NULL", update.Columns.Count));
            await transaction.ExecuteAsync(
                [
                    new SqlQuery($"PREPARE write_{table.Name} AS {update.Text}", []),
                    new SqlQuery($"EXPLAIN EXECUTE write_{table.Name}({nulls})", [], reader => lines.Add(reader.GetString(0))),
                ],
                CancellationToken.None);

            var plan = string.Join('\n', lines);
            Assert.True(plan.Contains("Index Cond: (id = (v.id)::text)", StringComparison.Ordinal), plan);
        }
    }

    private static async Task AssertKeptAsync(Engine engine)
    {
        Assert.Equal("fillfactor=70,toast_tuple_target=2720", await engine.ScalarAsync("SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = 'clerk.users'::regclass"));
        Assert.Equal("toast_tuple_target=2720", await engine.ScalarAsync("SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = 'clerksync.inbox_messages'::regclass"));
        Assert.Equal(
            ["l", "l"],
            (await engine.QueryAsync(
                "SELECT attcompression::text FROM pg_attribute WHERE (attrelid, attname) IN (('clerk.users'::regclass, 'data'), ('clerksync.inbox_messages'::regclass, 'payload'))")).Select(r => r[0]));
    }
}
