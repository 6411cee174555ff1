using ClerkSync.Database.Tests.Support;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Database.Tests.Storage;

/// <summary>Making the tables, and bringing filled ones up to date.</summary>
public abstract class MigrationTests(DatabaseKind kind, PostgresServer postgres)
{
    private static readonly SchemaDefinition Current = ClerkSyncServiceCollectionExtensions.Schema;

    /// <summary>An earlier version of the schema: columns, an index and a table are not there yet.</summary>
    private static readonly SchemaDefinition Earlier = new(
        dialect => Current.Tables(dialect)
            .Where(t => t.Name != "payment_attempts")
            .Select(t => t.Name == "users"
                ? t with
                {
                    Columns = [.. t.Columns.Where(c => c.Name is not ("locale" or "banned" or "created_at" or "public_metadata" or "sync_repairs" or "sync_completeness"))],
                    Indexes = [.. t.Indexes.Where(i => i.Name is not ("users_username" or "users_stub_ids"))],
                }
                : t),
        dialect => Current.Views(dialect).Where(v => v.Name is "organizations_live"));

    [Fact]
    public async Task An_empty_database_gets_every_column_of_the_definitions()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);

        Assert.Equal(SchemaState.Current, await engine.Migrator.CheckAsync(TestContext.Current.CancellationToken));
        Assert.Empty((await engine.Migrator.PlanAsync(TestContext.Current.CancellationToken)).Statements);
        foreach (var table in Current.Tables(engine.Database.Dialect))
            Assert.Equal(table.Columns.Select(c => c.Name).Order(StringComparer.Ordinal), (await ColumnsAsync(engine.Database, table)).Order(StringComparer.Ordinal));
        foreach (var view in Current.Views(engine.Database.Dialect))
            Assert.Empty(await engine.QueryAsync($"SELECT * FROM {{{view.Name}}}"));
    }

    [Fact]
    public async Task Filled_tables_of_an_earlier_version_get_the_new_columns_with_their_values()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using (var earlier = database.Connect())
            await new SchemaMigrator(earlier, Earlier, TimeProvider.System).MigrateAsync(allowRewrite: false, TestContext.Current.CancellationToken);
        await using var server = database.Connect();
        await RunAsync(server, $"INSERT INTO {Users(server)} (id, data) VALUES ('user_1', '{{\"locale\":\"sv-SE\",\"banned\":true,\"created_at\":1785400012553,\"public_metadata\":{{\"plan\":\"pro\"}}}}'), ('user_2', '{{\"locale\":7,\"banned\":\"yes\",\"created_at\":-1}}'), ('user_3', NULL)");

        Assert.Equal(SchemaState.Older, await new SchemaMigrator(server, Current, TimeProvider.System).CheckAsync(TestContext.Current.CancellationToken));
        await using var engine = await Engine.StartAsync(database);

        var rows = await engine.QueryAsync("SELECT id, locale, banned, created_at, sync_completeness FROM {users} ORDER BY id");
        Assert.Equal(["user_1", "sv-SE", "1", "1785400012553", "0"], rows[0]);
        Assert.Equal(["user_2", null, null, null, "0"], rows[1]);
        Assert.Equal(["user_3", null, null, null, "0"], rows[2]);
        Assert.Empty(await engine.QueryAsync("SELECT id FROM {payment_attempts}"));
        Assert.Equal(SchemaState.Current, await engine.Migrator.CheckAsync(TestContext.Current.CancellationToken));
        Assert.Equal("2", await engine.ScalarAsync("SELECT count(*) FROM {{schema_history}}"));
        Assert.Equal("applied", (await engine.ReceiveAsync("msg_1", Samples.Read("user.created"))).Result.ToString().ToLowerInvariant());
    }

    [Fact]
    public async Task A_plan_changes_nothing_and_its_script_makes_the_same_tables()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = database.Connect();
        var migrator = new SchemaMigrator(server, Current, TimeProvider.System);

        var plan = await migrator.PlanAsync(TestContext.Current.CancellationToken);
        Assert.Equal(SchemaState.Missing, await migrator.CheckAsync(TestContext.Current.CancellationToken));
        await RunAsync(server, plan.ToScript());

        foreach (var table in Current.Tables(server.Dialect))
            Assert.Equal(table.Columns.Count, (await ColumnsAsync(server, table)).Count);
        Assert.Equal(SchemaState.Current, await migrator.CheckAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Several_servers_migrate_at_once_and_one_does_it()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var plans = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var server = database.Connect();
            return await new SchemaMigrator(server, Current, TimeProvider.System).MigrateAsync(allowRewrite: false, CancellationToken.None);
        }));

        Assert.Single(plans, p => p.Statements.Count > 0);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = database.Connect();
        var broken = Current with { Views = dialect => [.. Current.Views(dialect), new("broken", "SELECT no_such_column FROM nowhere_at_all")] };
        var migrator = new SchemaMigrator(server, kind == DatabaseKind.PostgreSql ? broken : Current with { Views = d => [.. Current.Views(d), new("broken", "SELEC")] }, TimeProvider.System);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => migrator.MigrateAsync(allowRewrite: false, CancellationToken.None));

        Assert.Equal(SchemaState.Missing, await migrator.CheckAsync(TestContext.Current.CancellationToken));
        foreach (var table in Current.Tables(server.Dialect))
            Assert.Empty(await ColumnsAsync(server, table));
    }

    [Fact]
    public async Task Tables_of_somebody_else_are_left_alone()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = database.Connect();
        if (kind == DatabaseKind.PostgreSql)
            await RunAsync(server, "CREATE SCHEMA clerk");
        await RunAsync(server, $"CREATE TABLE {Users(server)} (id int)");

        var migrator = new SchemaMigrator(server, Current, TimeProvider.System);
        var error = await Assert.ThrowsAsync<MigrationException>(() => migrator.MigrateAsync(allowRewrite: false, CancellationToken.None));

        Assert.Contains(Users(server), error.Message, StringComparison.Ordinal);
        Assert.Contains("MirrorSchema", error.Message, StringComparison.Ordinal);
        Assert.Equal(["id"], await ColumnsAsync(server, Current.Tables(server.Dialect).First(t => t.Name == "users")));
    }

    [Fact]
    public async Task A_newer_database_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("UPDATE {{schema_history}} SET version = 99");

        Assert.Equal(SchemaState.Newer, await engine.Migrator.CheckAsync(TestContext.Current.CancellationToken));
        var error = await Assert.ThrowsAsync<MigrationException>(() => engine.Migrator.MigrateAsync(allowRewrite: true, CancellationToken.None));
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_somebody_dropped_is_made_anew()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("DROP VIEW {roles_live}");
        await engine.ExecuteAsync("DROP TABLE {roles}");

        Assert.Equal(SchemaState.Older, await engine.Migrator.CheckAsync(TestContext.Current.CancellationToken));
        await engine.Migrator.MigrateAsync(allowRewrite: false, TestContext.Current.CancellationToken);

        Assert.Empty(await engine.QueryAsync("SELECT id FROM {roles_live}"));
        Assert.Equal(SchemaState.Current, await engine.Migrator.CheckAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_large_rewrite_asks_first()
    {
        Assert.SkipWhen(kind == DatabaseKind.Sqlite, "SQLite derives columns when they are read: nothing is rewritten.");
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = database.Connect();
        await new SchemaMigrator(server, Earlier, TimeProvider.System).MigrateAsync(allowRewrite: false, TestContext.Current.CancellationToken);
        await RunAsync(server, $"INSERT INTO {Users(server)} (id, data) SELECT 'user_' || i, '{{}}' FROM generate_series(1, 500) i");
        await RunAsync(server, $"ANALYZE {Users(server)}");
        var migrator = new SchemaMigrator(server, Current, TimeProvider.System) { LargeTable = 100 };

        var error = await Assert.ThrowsAsync<MigrationException>(() => migrator.MigrateAsync(allowRewrite: false, CancellationToken.None));

        Assert.Contains("500 rows", error.Message, StringComparison.Ordinal);
        Assert.Contains("--rewrite", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await migrator.MigrateAsync(allowRewrite: true, TestContext.Current.CancellationToken)).Statements);
    }

    [Fact]
    public async Task Other_schema_names_are_used_everywhere()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, storage: new() { MirrorSchema = "people", EngineSchema = "people_sync" });

        await engine.ReceiveAsync("msg_1", Samples.Read("organizationMembership.created"));
        await engine.ReceiveAsync("msg_2", Samples.Read("organization.deleted"));

        Assert.Equal("cascade", await engine.ScalarAsync($"SELECT deleted_by FROM {(kind == DatabaseKind.Sqlite ? "people_organization_memberships" : "people.organization_memberships")}"));
    }

    [Fact]
    public async Task Every_parent_column_and_primary_address_is_found_by_an_index()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        foreach (var table in MirrorTables.All)
        {
            foreach (var column in table.Parents.Select(p => p.Column).Concat(table.Indexed))
                await AssertIndexAsync(engine, $"SELECT id FROM {{{table.Name}}} WHERE \"{column}\" = 'x'", $"{table.Name}_{column}");
        }

        if (kind == DatabaseKind.PostgreSql)
            await AssertIndexAsync(engine, "SELECT id FROM {users} WHERE email_addresses @> ARRAY['a@example.com']", "users_email_addresses");
        else
            await AssertIndexAsync(engine, "SELECT user_id FROM {user_addresses} WHERE address = 'a@example.com'", "user_addresses_address");
    }

    private async Task AssertIndexAsync(Engine engine, string query, string index)
    {
        // An empty PostgreSQL table is cheapest to scan; the question here is whether an index could serve at all.
        var plan = string.Join('\n', (kind == DatabaseKind.PostgreSql
            ? await engine.QueryAsync($"EXPLAIN {query}", before: "SET enable_seqscan = off")
            : await engine.QueryAsync($"EXPLAIN QUERY PLAN {query}")).Select(r => r[^1]));
        Assert.Contains(index, plan, StringComparison.Ordinal);
    }

    private static string Users(ClerkSyncDatabase server) => server.Dialect.TableName(SchemaArea.Mirror, "users");

    private static async Task RunAsync(ClerkSyncDatabase server, string sql)
    {
        await using var session = await server.OpenAsync(CancellationToken.None);
        foreach (var statement in sql.Split(";\n", StringSplitOptions.RemoveEmptyEntries))
            await session.ExecuteAsync([new SqlQuery(statement, [])], CancellationToken.None);
    }

    private static async Task<List<string>> ColumnsAsync(ClerkSyncDatabase server, TableSchema table)
    {
        var names = new List<string>();
        await using var session = await server.OpenAsync(CancellationToken.None);
        await session.ExecuteAsync([server.Dialect.ColumnsOf(table.Area, table.Name, names.Add)], CancellationToken.None);
        return names;
    }
}

public sealed class SqliteMigrationTests(PostgresServer postgres) : MigrationTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlMigrationTests(PostgresServer postgres) : MigrationTests(DatabaseKind.PostgreSql, postgres);
