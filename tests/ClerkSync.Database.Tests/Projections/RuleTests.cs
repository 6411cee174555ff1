using ClerkSync.Database.Tests.Cli;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>What single rules of a projection do: lists, and what becomes of a row whose object is deleted.</summary>
public sealed class RuleTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Of_a_list_the_first_that_is_there_counts(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        const string Json =
            """
            [{ "name": "p", "from": "users", "into": "account", "key": { "id": "id" },
               "columns": { "role": ["public_metadata.role", "'USER'"], "called": ["username", "first_name", "''"], "n": ["public_metadata.n", 7] },
               "onInsert": { "ref": ["external_id", "uuid()"] }, "onDelete": { "set": { "state": ["public_metadata.gone", "'gone'"] } }, "onRestore": { "state": "'here'" } }]
            """;
        using var cli = new CliSession(database);
        await File.WriteAllTextAsync(Path.Join(cli.Folder, "clerksync.json"), $$"""{ "projections": {{Json}} }""", TestContext.Current.CancellationToken);
        await using var server = await ProjectingServer.StartAsync(database, Json, cli.Time);
        if (kind == DatabaseKind.PostgreSql)
            await server.ExecuteAsync("CREATE TYPE role AS ENUM ('USER', 'ADMIN')");
        await server.ExecuteAsync(
            $"CREATE TABLE account (id text PRIMARY KEY, role {(kind == DatabaseKind.PostgreSql ? "role" : "text")} NOT NULL, called text NOT NULL, n integer NOT NULL, ref text NOT NULL, state text NOT NULL DEFAULT 'here')");
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.Event("user.created", 1, """{"id":"user_1"}"""));
        await server.ReceiveAsync("msg_2", Bodies.Event("user.created", 1, """{"id":"user_2","first_name":"Lee","external_id":"r2","public_metadata":{"role":"ADMIN","n":3}}"""));
        await server.ReceiveAsync("msg_3", Bodies.Event("user.created", 1, """{"id":"user_3","first_name":"Lee","username":"leo","external_id":"r3"}"""));

        Assert.Equal(3, await server.WorkAsync());

        Assert.Empty(await server.MarksAsync());
        Assert.Equal(
            [["user_1", "USER", "", "7", "here"], ["user_2", "ADMIN", "Lee", "3", "here"], ["user_3", "USER", "leo", "7", "here"]],
            await server.Engine.QueryAsync("SELECT id, CAST(role AS text), called, n, state FROM account ORDER BY id"));
        Assert.Equal(["r2", "r3"], (await server.Engine.QueryAsync("SELECT ref FROM account ORDER BY id")).Skip(1).Select(r => r[0]));
        Assert.Equal("36", await server.Engine.ScalarAsync("SELECT length(ref) FROM account ORDER BY id"));

        await server.ReceiveAsync("msg_4", Bodies.Event("user.updated", 2, """{"id":"user_2"}"""));
        await server.ReceiveAsync("msg_5", Bodies.Deleted("user.deleted", "user_3", 2));
        Assert.Equal(2, await server.WorkAsync());
        Assert.Equal(
            [["user_1", "USER", "", "7", "here"], ["user_2", "USER", "", "7", "here"], ["user_3", "USER", "leo", "7", "gone"]],
            await server.Engine.QueryAsync("SELECT id, CAST(role AS text), called, n, state FROM account ORDER BY id"));
        Assert.Equal((0, ""), ((await cli.RunAsync("projections", "check")).ExitCode, (await cli.RunAsync("projections", "check")).Error));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_source_that_may_be_missing_is_a_warning_where_the_column_is_not_null(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await File.WriteAllTextAsync(
            Path.Join(cli.Folder, "clerksync.json"),
            """{ "projections": [{ "name": "p", "from": "users", "into": "account", "key": { "id": "id" }, "columns": { "email": "primary_email_address", "name": "first_name", "made": "created_at" } }] }""",
            TestContext.Current.CancellationToken);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ExecuteAsync("CREATE TABLE account (id text PRIMARY KEY, email text NOT NULL, name text, made timestamp NOT NULL)");

        var check = await cli.RunAsync("projections", "check");

        Assert.Equal(0, check.ExitCode);
        Assert.StartsWith("warning: Projection \"p\": columns gives \"email\", which is NOT NULL, primary_email_address, which may be NULL:", Assert.Single(check.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "")]
    [InlineData(DatabaseKind.PostgreSql, "")]
    [InlineData(DatabaseKind.Sqlite, ", \"onDelete\": \"keep\"")]
    [InlineData(DatabaseKind.PostgreSql, ", \"onDelete\": \"keep\"")]
    public async Task Keep_leaves_the_row_as_it_was(DatabaseKind kind, string rule)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database, $$"""[{ "from": "users", "into": "account", "key": { "id": "id" }, "columns": { "name": "first_name" }, "onChange": { "changed": "now()" } {{rule}} }]""");
        await server.ExecuteAsync("CREATE TABLE account (id text PRIMARY KEY, name text, changed timestamp)");
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.Event("user.created", 1, """{"id":"user_1","first_name":"Mara"}"""));
        await server.WorkAsync();
        var before = await server.Engine.QueryAsync("SELECT * FROM account");
        Assert.Equal("Mara", before[0][1]);
        server.Clock.Advance(TimeSpan.FromHours(1));

        await server.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_1", 2));
        await server.ReceiveAsync("msg_3", Bodies.Deleted("user.deleted", "user_2", 2));
        Assert.Equal(2, await server.WorkAsync());

        Assert.Empty(await server.MarksAsync());
        Assert.Equal(before, await server.Engine.QueryAsync("SELECT * FROM account"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task The_time_of_a_deletion_stays_when_something_else_of_it_is_written_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database,
            """[{ "from": "users", "into": "account", "key": { "id": "id" }, "columns": { "name": "first_name" }, "onDelete": { "set": { "gone_at": "now()", "state": "'gone'" } } }]""");
        await server.ExecuteAsync($"CREATE TABLE account (id text PRIMARY KEY, name text, gone_at {(kind == DatabaseKind.PostgreSql ? "timestamptz" : "text")}, state text)");
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.Event("user.created", 1, """{"id":"user_1","first_name":"Mara"}"""));
        await server.WorkAsync();
        await server.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_1", 2));
        await server.WorkAsync();
        var first = await server.Engine.ScalarAsync("SELECT gone_at FROM account");
        Assert.NotNull(first);

        await server.ExecuteAsync("UPDATE account SET state = 'other'");
        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.Preparation.RaiseEveryRowAsync(server.Projections[0].Key, CancellationToken.None);
        Assert.Equal(1, await server.WorkAsync());

        Assert.Equal([[first, "gone"]], await server.Engine.QueryAsync("SELECT gone_at, state FROM account"));
    }
}
