using System.Text.Json;
using ClerkSync.Database.Tests.Cli;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Projections;

/// <summary><c>clerksync projections</c>, and what other commands say about projections.</summary>
public sealed class ProjectionsCommandTests(PostgresServer postgres)
{
    private static readonly string[] Columns = ["insert", "update", "adopt", "delete", "unchanged", "no_object"];

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Check_counts_what_a_first_run_would_do(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = Session(database, PrismaTableTests.Json);
        await using var server = await ProjectingServer.StartAsync(database, PrismaTableTests.Json, cli.Time);
        await server.ExecuteAsync(PrismaTableTests.Table(kind));
        for (var i = 1; i <= 6; i++)
            await server.ReceiveAsync(Bodies.Numbered("msg", i), PrismaTableTests.User(Bodies.Numbered("user", i), 1, "Mara", i == 5 ? "old-5" : null));
        await server.PrepareAsync();
        await server.ExecuteAsync("DELETE FROM {{projection_marks}} WHERE object_id IN ('user_5', 'user_6')");
        await server.WorkAsync();
        await server.ReceiveAsync("msg_7", Bodies.Deleted("user.deleted", "user_1", 2));
        await server.ReceiveAsync("msg_8", Bodies.Deleted("user.deleted", "user_9", 2));
        await server.ReceiveAsync("msg_9", PrismaTableTests.User("user_2", 2, "Lee"));
        await server.ExecuteAsync(
            """
            INSERT INTO "User" ("id", "createdAt", "updatedAt") VALUES ('old-5', '2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'), ('x', '2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z')
            """);

        var words = await cli.RunAsync("projections", "check");
        var json = await cli.RunAsync("projections", "check", "--json");

        Assert.Equal((0, "", 0, ""), (words.ExitCode, words.Error, json.ExitCode, json.Error));
        Assert.Contains("users:User", words.Out, StringComparison.Ordinal);
        var counted = JsonElement.Parse(json.Out);
        Assert.Equal([1, 1, 1, 1, 2, 1], Columns.Select(c => counted.GetProperty(c).GetInt32()));
        Assert.Equal(2, (await server.MarksAsync()).Count(m => m[0] is "user_1" or "user_2"));
        Assert.Equal("2", await server.Engine.ScalarAsync("SELECT count(*) FROM \"User\" WHERE \"clerkId\" IS NULL"));

        // What was foretold is what happens.
        await server.ExecuteAsync("DELETE FROM {{checkpoints}} WHERE name LIKE 'projection:%'");
        await server.PrepareAsync();
        await server.WorkAsync();
        counted = JsonElement.Parse((await cli.RunAsync("projections", "check", "--json")).Out);
        Assert.Equal([0, 0, 0, 0, 6, 1], Columns.Select(c => counted.GetProperty(c).GetInt32()));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Check_and_serve_name_everything_that_is_wrong(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        const string Wrong = """[{ "from": "user", "into": "Nowhere", "key": { "k": "name" } }, { "name": "other", "from": "users", "into": "Elsewhere", "key": { "k": "id" } }]""";
        using var cli = Session(database, Wrong);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);

        var check = await cli.RunAsync("projections", "check");
        var serve = await cli.RunAsync("serve", "--urls", "http://127.0.0.1:0");
        var json = await cli.RunAsync("projections", "check", "--json");

        Assert.Equal((1, 2, 1), (check.ExitCode, serve.ExitCode, json.ExitCode));
        foreach (var said in new[] { check.Error, serve.Error })
        {
            Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
            Assert.Contains("Projection \"user:Nowhere\": from is \"user\", which is no table of the mirror. Did you mean \"users\"?", said, StringComparison.Ordinal);
            Assert.Contains("Projection \"user:Nowhere\": into is \"Nowhere\", and there is no such table.", said, StringComparison.Ordinal);
            Assert.Contains("Projection \"user:Nowhere\": key takes \"name\"; it must be \"id\"", said, StringComparison.Ordinal);
            Assert.Contains("Projection \"other\": into is \"Elsewhere\"", said, StringComparison.Ordinal);
        }

        Assert.Equal("bad_projections", JsonElement.Parse(json.Error).GetProperty("error").GetProperty("code").GetString());
        await File.WriteAllTextAsync(Path.Join(cli.Folder, "clerksync.json"), """{ "projections": [{ "form": "users", "into": "T", "key": { "k": "id" } }] }""", TestContext.Current.CancellationToken);
        serve = await cli.RunAsync("serve", "--urls", "http://127.0.0.1:0");
        Assert.Equal(2, serve.ExitCode);
        Assert.Contains("\"form\" is not known. Did you mean \"from\"?", serve.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_failed_is_listed_stuck_and_retried(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = Session(database, PrismaTableTests.Json);
        await using var server = await ProjectingServer.StartAsync(database, PrismaTableTests.Json, cli.Time);
        await server.ExecuteAsync(PrismaTableTests.Table(kind));
        await server.PrepareAsync();
        Assert.Equal((0, "Nothing waits.\n"), await ListAsync(cli));
        await server.ReceiveAsync("msg_1", PrismaTableTests.User("user_1", 1, "Mara"));
        await server.ReceiveAsync("msg_2", PrismaTableTests.User("user_2", 1, "Lee"));
        await server.ExecuteAsync("UPDATE {{projection_marks}} SET state = 'dead', attempts = 8, error = 'It is broken.' WHERE object_id = 'user_1'");

        var status = await cli.RunAsync("status", "--json");
        Assert.Equal(["projection_dead"], JsonElement.Parse(status.Out).GetProperty("stuck").EnumerateArray().Select(s => s.GetProperty("code").GetString()));
        Assert.Equal((1, 1), (status.ExitCode, JsonElement.Parse(status.Out).GetProperty("projections")[0].GetProperty("dead").GetInt32()));
        Assert.Contains("Projection users:User: 1 waiting, 1 dead\n", (await cli.RunAsync("status")).Out, StringComparison.Ordinal);
        var list = await cli.RunAsync("projections", "list", "--json");
        Assert.Equal(2, list.Lines.Length);
        Assert.Equal("""{"projection":"users:User","object_id":"user_1","state":"dead","attempts":8,"due_at":null,"error":"It is broken."}""", list.Lines[0]);

        Assert.Equal((2, 1), ((await cli.RunAsync("projections", "retry", "users:Usr")).ExitCode, (await cli.RunAsync("projections", "retry", "users:User", "user_2")).ExitCode));
        Assert.Equal((0, "1 due now\n"), await RetryAsync(cli, "users:User", "user_1"));
        Assert.Equal((0, "0 due now\n"), await RetryAsync(cli, "users:User"));
        Assert.Equal(2, await server.WorkAsync());
        Assert.Equal(0, (await cli.RunAsync("status")).ExitCode);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Replaying_raises_marks_too(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = Session(database, PrismaTableTests.Json);
        await using var server = await ProjectingServer.StartAsync(database, PrismaTableTests.Json, cli.Time);
        await server.ExecuteAsync(PrismaTableTests.Table(kind));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", PrismaTableTests.User("user_1", 1, "Mara"));
        await server.WorkAsync();
        await server.ExecuteAsync("DELETE FROM {users}; DELETE FROM \"User\"");

        Assert.Equal(0, (await cli.RunAsync("inbox", "replay", "msg_1")).ExitCode);

        Assert.Equal(1, await server.WorkAsync());
        Assert.Equal("Mara", await server.Engine.ScalarAsync("SELECT \"name\" FROM \"User\""));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_projection_that_is_gone_is_forgotten(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = Session(database, PrismaTableTests.Json);
        await using var server = await ProjectingServer.StartAsync(database, PrismaTableTests.Json, cli.Time);
        await server.ExecuteAsync(PrismaTableTests.Table(kind));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", PrismaTableTests.User("user_1", 1, "Mara"));
        await server.ReceiveAsync("msg_2", PrismaTableTests.User("user_2", 1, "Lee"));
        await server.ExecuteAsync("UPDATE {{projection_marks}} SET state = 'dead' WHERE object_id = 'user_1'");

        var inUse = await cli.RunAsync("projections", "forget", "users:User");
        Assert.Equal(2, inUse.ExitCode);
        Assert.Contains("clerksync.json has the projection 'users:User'", inUse.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Join(cli.Folder, "clerksync.json"), "{}", TestContext.Current.CancellationToken);
        cli.Time.Advance(TimeSpan.FromMinutes(6));
        var status = await cli.RunAsync("status");
        Assert.Equal(1, status.ExitCode);
        Assert.Equal(2, (status.Out + status.Error).Split("clerksync projections forget users:User").Length - 1);
        Assert.Contains("No clerksync.json here has projection 'users:User'", (await cli.RunAsync("projections", "retry", "users:User")).Error, StringComparison.Ordinal);
        var unknown = await cli.RunAsync("projections", "forget", "users:Usr");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("users:User", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await server.MarksAsync()).Count);

        var forgotten = await cli.RunAsync("projections", "forget", "users:User");

        Assert.Equal((0, "users:User is forgotten; objects that waited for it: 2\n", ""), (forgotten.ExitCode, forgotten.Out, forgotten.Error));
        Assert.Empty(await server.MarksAsync());
        Assert.Equal(0, (await cli.RunAsync("status")).ExitCode);
        await using var without = await Engine.StartAsync(database, clock: cli.Time);
        await without.ReceiveAsync("msg_3", PrismaTableTests.User("user_3", 1, "Kim"));
        Assert.Empty(await server.MarksAsync());
        Assert.Equal(2, (await cli.RunAsync("projections", "forget", "users:User")).ExitCode);

        // It comes back, and writes all objects.
        await server.PrepareAsync();
        Assert.Equal(3, await server.WorkAsync());
        Assert.Equal("""{"projection":"users:User","forgotten":0}""" + "\n", (await cli.RunAsync("projections", "forget", "users:User", "--json")).Out);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_told_with_the_nearest()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        using var cli = Session(database, PrismaTableTests.Json);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);

        var list = await cli.RunAsync("projections", "list", "users:Usr");

        Assert.Equal(2, list.ExitCode);
        Assert.Contains("There is no projection 'users:Usr'", list.Error, StringComparison.Ordinal);
        Assert.Contains("users:User", list.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("projections", "list", "users:User")).ExitCode);
    }

    private static CliSession Session(TestDatabase database, string projections)
    {
        var cli = new CliSession(database);
        File.WriteAllText(Path.Join(cli.Folder, "clerksync.json"), $$"""
            { // comments are allowed
              "projections": {{projections}},
            }
            """);
        return cli;
    }

    private static async Task<(int, string)> ListAsync(CliSession cli)
    {
        var outcome = await cli.RunAsync("projections", "list");
        return (outcome.ExitCode, outcome.Error);
    }

    private static async Task<(int, string)> RetryAsync(CliSession cli, params string[] args)
    {
        var outcome = await cli.RunAsync(["projections", "retry", .. args]);
        return (outcome.ExitCode, outcome.Out);
    }
}
