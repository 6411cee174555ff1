using System.Diagnostics;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ClerkSync.Database.Tests.Cli;

/// <summary><c>clerksync migrate</c> on empty, current, older, newer and foreign databases.</summary>
public abstract class MigrateCommandTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_makes_the_tables_once()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);

        var first = await cli.RunAsync("migrate");
        var second = await cli.RunAsync("migrate");

        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Matches("^\\S+: made (2 schemas, )?\\d+ tables, \\d+ indexes, \\d+ views(, 3 triggers)?\\.\n$", first.Out);
        Assert.Equal((0, ""), (second.ExitCode, second.Error));
        Assert.EndsWith("are up to date.\n", second.Out, StringComparison.Ordinal);
        Assert.Equal(SchemaState.Current, await StateAsync(database));
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_does_nothing()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);

        var words = await cli.RunAsync("migrate", "--dry-run");
        var json = await cli.RunAsync("migrate", "--dry-run", "--json");

        Assert.Equal((0, ""), (words.ExitCode, words.Error));
        Assert.Contains(": would make ", words.Out, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json.Out);
        Assert.Equal("missing", document.RootElement.GetProperty("before").GetString());
        Assert.False(document.RootElement.GetProperty("done").GetBoolean());
        Assert.Equal(ClerkSyncServiceCollectionExtensions.Schema.Tables(database.Connect().Dialect).Count() + (kind == DatabaseKind.Sqlite ? 1 : 0), document.RootElement.GetProperty("tables").GetInt32());
        if (kind == DatabaseKind.Sqlite)
            Assert.False(File.Exists(CliSession.FileOf(database)));
        else
            Assert.Equal(SchemaState.Missing, await StateAsync(database));
    }

    [Fact]
    public async Task The_script_runs_by_the_database_s_own_shell()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);

        var script = await cli.RunAsync("migrate", "--script");
        Assert.Equal((0, ""), (script.ExitCode, script.Error));
        if (kind == DatabaseKind.Sqlite)
            Assert.False(File.Exists(CliSession.FileOf(database)));
        var file = Path.Combine(cli.Folder, "clerksync.sql");
        await File.WriteAllTextAsync(file, script.Out, Cancellation);
        await RunScriptAsync(database, file);

        Assert.Equal(SchemaState.Current, await StateAsync(database));
        var again = await cli.RunAsync("migrate", "--script");
        Assert.Matches("^-- .* are up to date\\.\n$", again.Out);
    }

    [Fact]
    public async Task Older_tables_get_their_columns_and_say_which()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await MakeOlderAsync(database);
        using var cli = new CliSession(database);

        var reading = await cli.RunAsync("inbox", "list", "--json");
        var result = await cli.RunAsync("migrate", "--json");

        Assert.Equal((1, ""), (reading.ExitCode, reading.Out));
        Assert.Contains("\"schema_outdated\"", reading.Error, StringComparison.Ordinal);
        Assert.Contains("clerksync migrate", reading.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        using var document = JsonDocument.Parse(result.Out);
        Assert.Equal(("older", true), (document.RootElement.GetProperty("before").GetString(), document.RootElement.GetProperty("done").GetBoolean()));
        Assert.Equal(kind == DatabaseKind.Sqlite ? "clerk_users" : "clerk.users", Assert.Single(document.RootElement.GetProperty("changed_tables").EnumerateArray()).GetString());
        Assert.Equal(SchemaState.Current, await StateAsync(database));
    }

    [Fact]
    public async Task Tables_of_others_and_of_newer_versions_are_left_alone()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        Assert.Equal(0, (await cli.RunAsync("migrate")).ExitCode);
        await using (var engine = await Engine.StartAsync(database))
            await engine.ExecuteAsync("UPDATE {{schema_history}} SET version = 999");

        foreach (var args in (string[][])[["migrate"], ["migrate", "--dry-run"], ["inbox", "list"], ["status"]])
        {
            var newer = await cli.RunAsync(args);
            Assert.Equal(1, newer.ExitCode);
            Assert.Contains("newer version", newer.Out + newer.Error, StringComparison.Ordinal);
        }

        await using (var server = database.Connect())
        await using (var session = await server.OpenAsync(Cancellation))
            await session.ExecuteAsync([new SqlQuery($"DROP TABLE {server.Dialect.TableName(SchemaArea.Engine, "schema_history")}", [])], Cancellation);
        var foreign = await cli.RunAsync("migrate", "--json");
        Assert.Equal((1, ""), (foreign.ExitCode, foreign.Out));
        Assert.Contains("\"migration_refused\"", foreign.Error, StringComparison.Ordinal);
        Assert.Contains("were not made by ClerkSync", foreign.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--dry-run")]
    public async Task A_script_is_nothing_else(string option)
    {
        using var cli = new CliSession();

        var result = await cli.RunAsync("migrate", "--script", option);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains($"--script and {option} exclude each other", result.Error, StringComparison.Ordinal);
    }

    private protected static async Task<SchemaState> StateAsync(TestDatabase database)
    {
        await using var server = database.Connect();
        return await new SchemaMigrator(server, ClerkSyncServiceCollectionExtensions.Schema, TimeProvider.System).CheckAsync(Cancellation);
    }

    /// <summary>As an earlier version made them: the users lack a column.</summary>
    private protected static async Task MakeOlderAsync(TestDatabase database, string? afterwards = null)
    {
        var current = ClerkSyncServiceCollectionExtensions.Schema;
        var earlier = new SchemaDefinition(
            dialect => current.Tables(dialect).Select(t => t.Name == "users" ? t with { Columns = [.. t.Columns.Where(c => c.Name != "locale")] } : t),
            dialect => current.Views(dialect).Where(v => v.Name != "users_live"));
        await using var server = database.Connect();
        await new SchemaMigrator(server, earlier, TimeProvider.System).MigrateAsync(allowRewrite: false, Cancellation);
        if (afterwards is null)
            return;
        await using var session = await server.OpenAsync(Cancellation);
        await session.ExecuteAsync([new SqlQuery(afterwards, [])], Cancellation);
    }

    /// <summary>psql comes with the server; sqlite3 is not on every machine, and its library reads the same.</summary>
    private static async Task RunScriptAsync(TestDatabase database, string file)
    {
        if (database.Kind == DatabaseKind.Sqlite)
        {
            await using var connection = new SqliteConnection(database.ConnectionString);
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = await File.ReadAllTextAsync(file, Cancellation);
            await command.ExecuteNonQueryAsync(Cancellation);
            return;
        }

        var address = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo("psql") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", file, $"postgresql://{address.Username}@{address.Host}:{address.Port}/{address.Database}"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal((0, ""), (process.ExitCode, error));
    }
}

public sealed class SqliteMigrateCommandTests(PostgresServer postgres) : MigrateCommandTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlMigrateCommandTests(PostgresServer postgres) : MigrateCommandTests(DatabaseKind.PostgreSql, postgres)
{
    private readonly PostgresServer _postgres = postgres;

    [Fact]
    public async Task A_large_table_is_rewritten_only_on_demand()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, _postgres);
        await MakeOlderAsync(database, "UPDATE pg_class SET reltuples = 300000 WHERE oid = 'clerk.users'::regclass");
        using var cli = new CliSession(database);

        foreach (var args in (string[][])[["migrate"], ["migrate", "--dry-run"]])
        {
            var refused = await cli.RunAsync(args);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("about 300000 rows", refused.Error, StringComparison.Ordinal);
            Assert.Contains("clerksync migrate --rewrite", refused.Error, StringComparison.Ordinal);
        }

        Assert.Contains("-- Rewrites a large table: ", (await cli.RunAsync("migrate", "--script")).Out, StringComparison.Ordinal);
        Assert.Equal(SchemaState.Older, await StateAsync(database));
        Assert.Equal(0, (await cli.RunAsync("migrate", "--dry-run", "--rewrite")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("migrate", "--rewrite")).ExitCode);
        Assert.Equal(SchemaState.Current, await StateAsync(database));
    }
}
