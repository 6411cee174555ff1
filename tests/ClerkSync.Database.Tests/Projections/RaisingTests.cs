using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>Who is woken by what, and what a new or changed projection does.</summary>
public sealed class RaisingTests(PostgresServer postgres)
{
    private const string Json = """[{ "name": "people", "from": "users", "into": "person", "key": { "clerk_id": "id" }, "columns": { "first": "first_name" } }]""";

    private const string Changed = """[{ "name": "people", "from": "users", "into": "person", "key": { "clerk_id": "id" }, "columns": { "first": "last_name" } }]""";

    private const string Table = "CREATE TABLE person (clerk_id varchar(60) PRIMARY KEY, first varchar(60))";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_new_or_changed_projection_raises_all_and_an_old_server_then_leaves_it_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var before = await Engine.StartAsync(database);
        for (var i = 0; i < 30; i++)
            await before.ReceiveAsync(Bodies.Numbered("msg", i), Bodies.Event("user.created", 1, $$"""{"id":"{{Bodies.Numbered("user", i)}}","first_name":"F","last_name":"L"}"""));
        await before.ExecuteAsync(Table);
        await using var old = await ProjectingServer.StartAsync(database, Json);

        Assert.Equal(0, await old.WorkAsync());
        await old.PrepareAsync();
        Assert.Equal(30, (await old.MarksAsync()).Count);
        Assert.Equal(30, await old.WorkAsync());
        await old.PrepareAsync();
        Assert.Empty(await old.MarksAsync());
        Assert.Equal([["F", "30"]], await before.QueryAsync("SELECT first, count(*) FROM person GROUP BY first"));

        await using var changed = await ProjectingServer.StartAsync(database, Changed, old.Clock);
        await changed.PrepareAsync();
        Assert.Equal(0, await old.WorkAsync());
        Assert.Equal(30, await changed.WorkAsync());
        Assert.Equal([["L", "30"]], await before.QueryAsync("SELECT first, count(*) FROM person GROUP BY first"));
        await old.ReceiveAsync("msg_new", Bodies.Event("user.updated", 2, """{"id":"user_1","first_name":"F","last_name":"New"}"""));
        Assert.Equal((0, 1), (await old.WorkAsync(), await changed.WorkAsync()));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Raising_that_was_broken_off_begins_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        for (var i = 0; i < 10; i++)
            await server.ReceiveAsync(Bodies.Numbered("msg", i), Bodies.User("user.created", Bodies.Numbered("user", i), 1));
        await server.PrepareAsync();
        await server.ExecuteAsync("DELETE FROM {{projection_marks}}; UPDATE {{checkpoints}} SET value = value || ' raising' WHERE name = 'projection:people'");

        await server.PrepareAsync();

        Assert.Equal(10, (await server.MarksAsync()).Count);
        Assert.Equal("users " + server.Projections[0].Fingerprint, await server.Engine.ScalarAsync("SELECT value FROM {{checkpoints}} WHERE name = 'projection:people'"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_touch_of_sync_columns_wakes_nobody(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.Event("user.updated", 1, """{"id":"user_1","first_name":"A","updated_at":1785400000000}"""));
        await server.WorkAsync();

        await server.ReceiveAsync("msg_2", Bodies.Event("user.updated", 5, """{"id":"user_1","first_name":"A","updated_at":1785400000000}"""));
        await server.ReceiveAsync("msg_3", Bodies.Event("user.updated", 3, """{"id":"user_1","first_name":"old","updated_at":1785300000000}"""));
        await server.ReceiveAsync("msg_4", Bodies.Event("organization.created", 3, """{"id":"org_1","name":"Acme"}"""));

        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Several_changes_of_an_object_in_one_transaction_raise_one_mark(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();

        InboundMessage[] messages = [.. Enumerable.Range(0, 20).Select(i => InboundMessage.Received(Bodies.Numbered("msg", i), 0, Bodies.User("user.updated", Bodies.Numbered("user", i % 4), i)))];
        await server.Engine.Applier.ApplyAsync(messages, ClerkSync.Storage.WritePriority.Receiving, CancellationToken.None);

        Assert.Equal(["user_0", "user_1", "user_2", "user_3"], (await server.MarksAsync()).Select(m => m[0]));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Marks_of_a_projection_that_is_gone_are_named_and_left_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1));
        var log = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)));
        var other = new ProjectionPreparation(server.Engine.Database, [], new FakeTimeProvider(), loggers.CreateLogger<ProjectionPreparation>());

        await other.NameOrphansAsync(CancellationToken.None);

        Assert.Contains(": people.", Assert.Single(log.GetSnapshot()).Message, StringComparison.Ordinal);
        Assert.Single(await server.MarksAsync());

        // Whoever has it goes on, and when it is started anew it looks at all objects: some changes may have passed it by.
        Assert.Equal(1, await server.WorkAsync());
        await other.NameOrphansAsync(CancellationToken.None);
        await server.PrepareAsync();
        Assert.Single(await server.MarksAsync());
        await server.WorkAsync();
        await server.PrepareAsync();
        Assert.Empty(await server.MarksAsync());
    }
}
