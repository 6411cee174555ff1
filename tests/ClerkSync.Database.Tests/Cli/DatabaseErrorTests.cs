using ClerkSync.Database.Tests.Support;
using ClerkSync.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ClerkSync.Database.Tests.Cli;

/// <summary>Databases that are not there, not reachable, or not ours.</summary>
public sealed class DatabaseErrorTests(PostgresServer postgres)
{
    public static TheoryData<string> Reading { get; } = ["status", "inbox list", "inbox show msg_1", "inbox replay msg_1", "inbox replay --result dead --dry-run", "inbox tail"];

    [Theory]
    [MemberData(nameof(Reading))]
    public async Task A_missing_file_is_named_and_not_made(string command)
    {
        using var cli = new CliSession();

        var result = await cli.RunAsync(command.Split(' '));

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Contains($"error: There is no database sqlite:{Path.Combine(cli.Folder, "clerksync.db")}.", result.Error, StringComparison.Ordinal);
        Assert.Contains("'clerksync serve' or 'clerksync migrate'", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(cli.Folder));
    }

    [Theory]
    [MemberData(nameof(Reading))]
    public async Task A_database_without_our_tables_stays_as_it_is(string command)
    {
        using var cli = new CliSession("sqlite:other.db");
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(cli.Folder, "other.db")};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var create = connection.CreateCommand();
            create.CommandText = "CREATE TABLE notes (text TEXT)";
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var before = command.Contains("--dry-run", StringComparison.Ordinal) || !command.Contains("replay", StringComparison.Ordinal) ? Bytes() : null;
        var result = await cli.RunAsync(command.Split(' '));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has no tables of ClerkSync.", result.Out + result.Error, StringComparison.Ordinal);
        Assert.Contains("Run 'clerksync migrate'", result.Out + result.Error, StringComparison.Ordinal);
        if (before is not null)
            Assert.Equal(before, Bytes());

        byte[] Bytes() => File.ReadAllBytes(Path.Combine(cli.Folder, "other.db"));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("migrate")]
    [InlineData("migrate", "--script")]
    public async Task A_file_of_something_else_is_no_database(params string[] args)
    {
        using var cli = new CliSession("sqlite:notes.txt");
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "notes.txt"), new string('x', 5000), TestContext.Current.CancellationToken);

        var result = await cli.RunAsync(args);

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Contains("notes.txt is not a SQLite database.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("inbox", "tail")]
    [InlineData("migrate")]
    [InlineData("migrate", "--script")]
    public async Task An_unreachable_server_is_named_without_its_password(params string[] args)
    {
        using var cli = new CliSession("postgresql://app:s3cret@127.0.0.1:1/app");

        var result = await cli.RunAsync(args);

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("error: postgresql://app@127.0.0.1:1/app cannot be reached: nothing listens there.\n  Check that PostgreSQL runs there", result.Error, StringComparison.Ordinal);
        AssertClean(result);
    }

    [Fact]
    public async Task A_server_without_the_database_is_told_so()
    {
        var address = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync()) { Database = "nowhere", Password = "s3cret" };
        using var cli = new CliSession(address.ConnectionString);

        var result = await cli.RunAsync("migrate", "--json");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Contains("\"code\":\"no_database\"", result.Error, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{postgres.Port}/nowhere", result.Error, StringComparison.Ordinal);
        AssertClean(result);
    }

    [Fact]
    public async Task A_user_without_rights_is_told_so()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using (var server = database.Connect())
        await using (var session = await server.OpenAsync(TestContext.Current.CancellationToken))
            await session.ExecuteAsync([new SqlQuery($"CREATE ROLE {Role()} LOGIN", [])], TestContext.Current.CancellationToken);
        using var cli = new CliSession(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = Role() }.ConnectionString);

        var result = await cli.RunAsync("migrate");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Contains("may not do that (PostgreSQL error 42501)", result.Error, StringComparison.Ordinal);
        AssertClean(result);

        string Role() => "visitor_" + new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
    }

    [Theory]
    [InlineData("ClerkSync__Storage__MirrorSchema", "Clerk!", "Storage.MirrorSchema is \"Clerk!\"")]
    [InlineData("ClerkSync__Storage__LockTimeout", "soon", "ClerkSync:Storage:LockTimeout")]
    [InlineData("CLERK_INSTANCE_ID", "production", "Receiving.InstanceId is \"production\"")]
    public async Task A_setting_that_cannot_be_is_wrong_usage(string name, string value, string sentence)
    {
        using var cli = new CliSession { Environment = { [name] = value } };

        var result = await cli.RunAsync("migrate");

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(cli.Folder));
    }

    [Fact]
    public async Task The_flag_wins_and_names_of_the_tables_are_configured()
    {
        using var cli = new CliSession("postgresql://app@127.0.0.1:1/app") { Environment = { ["ClerkSync__Storage__MirrorSchema"] = "people" } };

        var made = await cli.RunAsync("migrate", "--database", "sqlite:mine.db");
        var script = await cli.RunAsync("migrate", "--script", "--database", "sqlite:other.db");

        Assert.Equal((0, ""), (made.ExitCode, made.Error));
        Assert.Equal(Path.Combine(cli.Folder, "mine.db"), Assert.Single(Directory.GetFiles(cli.Folder)));
        Assert.Contains("CREATE TABLE \"people_users\"", script.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await cli.RunAsync("migrate", "--database", "sqlite:no/folder.db")).ExitCode);
    }

    private static void AssertClean(CliOutcome result)
    {
        Assert.DoesNotContain("s3cret", result.Out + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
    }
}
