using ClerkSync.Database.Tests.Support;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>ClerkSync's tables in the order of an application's own migrations.</summary>
public abstract class SchemaInMigrationTests(DatabaseKind kind, PostgresServer postgres)
{
    private static readonly SchemaDefinition Current = ClerkSyncServiceCollectionExtensions.Schema;

    private static readonly SchemaDefinition Earlier = new(
        dialect => Current.Tables(dialect)
            .Where(t => t.Name != "payment_attempts")
            .Select(t => t.Name == "users" ? t with { Columns = [.. t.Columns.Where(c => c.Name is not ("locale" or "banned" or "sync_repairs"))] } : t),
        dialect => Current.Views(dialect).Where(v => v.Name is "organizations_live" or "sessions_live"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_database_is_current_afterwards()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await MigrateAsync(database);

        await using var server = database.Connect();
        Assert.Equal(SchemaState.Current, await CheckAsync(server));
        await using var engine = await Engine.StartAsync(database);
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {{schema_history}}"));
        Assert.Equal(await ShapeAsync(engine), await MigratedShapeAsync());
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ExecuteAsync($"INSERT INTO customers (\"Id\", \"ClerkUserId\") SELECT 1, id FROM {{users}}");
    }

    [Fact]
    public async Task A_current_database_stays_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        if (kind == DatabaseKind.PostgreSql)
            await engine.ExecuteAsync("CREATE VIEW grown_ups AS SELECT id FROM clerk.users_live");

        await MigrateAsync(database);

        Assert.Equal(SchemaState.Current, await CheckAsync(engine.Database));
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {{schema_history}}"));
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {users_live}"));
    }

    [Fact]
    public async Task An_older_database_is_current_afterwards_or_after_the_next_start()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = database.Connect();
        await new SchemaMigrator(server, Earlier, TimeProvider.System).MigrateAsync(allowRewrite: false, Token);
        await RunAsync(server, $"INSERT INTO {Users(server)} (id, data) VALUES ('user_1', '{{\"locale\":\"sv-SE\",\"banned\":true}}')");
        Assert.Equal(SchemaState.Older, await CheckAsync(server));

        await MigrateAsync(database);

        Assert.Equal(kind == DatabaseKind.PostgreSql ? SchemaState.Current : SchemaState.Older, await CheckAsync(server));
        await using var engine = await Engine.StartAsync(database);
        Assert.Equal(SchemaState.Current, await CheckAsync(server));
        Assert.Equal(["sv-SE", "1"], Assert.Single(await engine.QueryAsync("SELECT locale, banned FROM {users_live}")));
        Assert.Equal("2", await engine.ScalarAsync("SELECT count(*) FROM {{schema_history}}"));
        Assert.Equal(await MigratedShapeAsync(sorted: true), await ShapeAsync(engine, sorted: true));
    }

    [Fact]
    public async Task A_newer_database_is_left_alone()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("UPDATE {{schema_history}} SET version = 99");

        await MigrateAsync(database);

        Assert.Equal(SchemaState.Newer, await CheckAsync(engine.Database));
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {{schema_history}}"));
    }

    [Fact]
    public async Task Tables_of_somebody_else_are_not_taken_for_ours()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = database.Connect();
        if (kind == DatabaseKind.PostgreSql)
            await RunAsync(server, "CREATE SCHEMA clerk");
        await RunAsync(server, $"CREATE TABLE {Users(server)} (id text)");

        var error = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => MigrateAsync(database));

        Assert.Contains(kind == DatabaseKind.PostgreSql ? "not made by ClerkSync: \"clerk\".\"users\"" : "no such column", error.Message, StringComparison.Ordinal);
        Assert.Equal(SchemaState.Missing, await CheckAsync(server));
    }

    [Fact]
    public async Task The_script_for_a_person_may_run_twice()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var shop = MigratedShop.Open(database);
        var isPostgreSql = kind == DatabaseKind.PostgreSql;
        var script = shop.GetService<IMigrator>().GenerateScript(options: isPostgreSql ? MigrationsSqlGenerationOptions.Idempotent : MigrationsSqlGenerationOptions.Default);

        await shop.Database.ExecuteSqlRawAsync(script.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), Token);
        if (isPostgreSql)
            await shop.Database.ExecuteSqlRawAsync(script.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), Token);

        await using var server = database.Connect();
        Assert.Equal(SchemaState.Current, await CheckAsync(server));
    }

    [Fact]
    public async Task Other_names_are_used_everywhere()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var builder = new MigrationBuilder(Provider);
        builder.EnsureClerkSyncSchema(1, "people", "people_sync");
        await using var server = database.Connect(new() { MirrorSchema = "people", EngineSchema = "people_sync" });
        foreach (var operation in builder.Operations)
            await RunAsync(server, Assert.IsType<Microsoft.EntityFrameworkCore.Migrations.Operations.SqlOperation>(operation).Sql);

        Assert.Equal(SchemaState.Current, await CheckAsync(server));
        Assert.Contains("MirrorSchema is \"Bad Name\"", Assert.Throws<ArgumentException>(() => builder.EnsureClerkSyncSchema(1, "Bad Name")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_the_packages_do_not_know_says_so()
    {
        var builder = new MigrationBuilder(Provider);
        var error = Assert.Throws<InvalidOperationException>(() => builder.EnsureClerkSyncSchema(SchemaDefinition.Version + 1));
        Assert.Contains("Update the ClerkSync packages", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.EnsureClerkSyncSchema(0));
        Assert.Empty(builder.Operations);
    }

    [Fact]
    public void A_provider_without_tables_says_so()
    {
        var error = Assert.Throws<NotSupportedException>(() => new MigrationBuilder("Microsoft.EntityFrameworkCore.SqlServer").EnsureClerkSyncSchema(1));
        Assert.Contains("Microsoft.EntityFrameworkCore.SqlServer", error.Message, StringComparison.Ordinal);
    }

    private string Provider => kind == DatabaseKind.PostgreSql ? "Npgsql.EntityFrameworkCore.PostgreSQL" : "Microsoft.EntityFrameworkCore.Sqlite";

    private static async Task MigrateAsync(TestDatabase database)
    {
        await using var shop = MigratedShop.Open(database);
        await shop.Database.MigrateAsync(Token);
        Assert.Empty(await shop.Database.GetPendingMigrationsAsync(Token));
    }

    private static Task<SchemaState> CheckAsync(ClerkSyncDatabase server) => new SchemaMigrator(server, Current, TimeProvider.System).CheckAsync(Token);

    private static string Users(ClerkSyncDatabase server) => server.Dialect.TableName(SchemaArea.Mirror, "users");

    private static async Task RunAsync(ClerkSyncDatabase server, string sql)
    {
        await using var session = await server.OpenAsync(Token);
        await session.ExecuteAsync([new SqlQuery(sql, [])], Token);
    }

    /// <summary>What ClerkSync's own migration makes.</summary>
    private async Task<IEnumerable<string>> MigratedShapeAsync(bool sorted = false)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        return await ShapeAsync(engine, sorted);
    }

    /// <summary>Everything that the two areas hold, as the database describes it; sorted, because new columns stand at the end of an older table.</summary>
    private async Task<IEnumerable<string>> ShapeAsync(Engine engine, bool sorted = false)
    {
        var rows = kind == DatabaseKind.PostgreSql
            ? await engine.QueryAsync(
                """
                SELECT table_schema || '.' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(generation_expression, '')
                FROM information_schema.columns WHERE table_schema IN ('clerk', 'clerksync')
                UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname IN ('clerk', 'clerksync')
                UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace::regnamespace::text IN ('clerk', 'clerksync')
                """)
            : await engine.QueryAsync(sorted
                ? "SELECT m.type || ' ' || m.name || ' ' || coalesce(c.name, '') FROM sqlite_schema m LEFT JOIN pragma_table_xinfo(m.name) c WHERE m.name LIKE 'clerk%'"
                : "SELECT replace(sql, ' IF NOT EXISTS', '') FROM sqlite_schema WHERE name LIKE 'clerk%' AND sql IS NOT NULL");
        return rows.Select(r => r[0]!).Order(StringComparer.Ordinal).ToList();
    }
}

public sealed class SqliteSchemaInMigrationTests(PostgresServer postgres) : SchemaInMigrationTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlSchemaInMigrationTests(PostgresServer postgres) : SchemaInMigrationTests(DatabaseKind.PostgreSql, postgres);
