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
    public async Task What_changes_now_does_not_wait_behind_all_objects_of_a_new_projection(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        InboundMessage[] messages = [.. Enumerable.Range(0, 100).Select(i => InboundMessage.Received(Bodies.Numbered("msg", i), 0, Bodies.User("user.created", Bodies.Numbered("user", i), i)))];
        await server.Engine.Applier.ApplyAsync(messages, ClerkSync.Storage.WritePriority.Receiving, CancellationToken.None);
        await server.PrepareAsync();
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await server.ReceiveAsync("msg_new", Bodies.User("user.updated", "user_50", 200));

        var marks = new ProjectionMarks(server.Engine.Database);
        var claimed = await marks.ClaimAsync(server.Projections[0], 10, TimeSpan.FromSeconds(30), server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), CancellationToken.None);

        Assert.Equal(10, claimed.Count);
        Assert.Contains(claimed, m => m.ObjectId == "user_50");
        Assert.Contains(claimed, m => m.ObjectId == "user_0");
        await marks.ReleaseAsync(claimed, null, null, CancellationToken.None);
        Assert.Equal(100, await server.WorkAsync());
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

        Assert.Equal(1, await server.WorkAsync());
        await server.PrepareAsync();
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_server_without_the_projection_raises_marks_once_another_one_has_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000));
        await using var without = await Engine.StartAsync(database, clock: clock);
        await without.ExecuteAsync(Table);
        await without.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1));
        await using var server = await ProjectingServer.StartAsync(database, Json, clock);
        Assert.Empty(await server.MarksAsync());
        await server.PrepareAsync();
        await server.WorkAsync();

        await without.ReceiveAsync("msg_2", Bodies.Event("user.updated", 2, """{"id":"user_1","first_name":"New"}"""));
        await without.ReceiveAsync("msg_3", Bodies.User("user.created", "user_2", 2));

        Assert.Equal(2, await server.WorkAsync());
        Assert.Equal("New", await without.ScalarAsync("SELECT first FROM person WHERE clerk_id = 'user_1'"));
    }

    [Fact]
    public async Task A_new_projection_waits_for_whoever_does_not_know_it_yet()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        var receiving = await server.Engine.Database.BeginWriteAsync(ClerkSync.Storage.WritePriority.Receiving, CancellationToken.None);
        Task preparing;
        await using (receiving)
        {
            await receiving.ExecuteAsync([server.Engine.Database.Dialect.WriterLock(() => { })!], CancellationToken.None);
            preparing = Task.Run(server.PrepareAsync, TestContext.Current.CancellationToken);
            await Patience.UntilAsync(
                "somebody who waits for a lock",
                async () => await server.Engine.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") != "0");

            Assert.Equal("0", await server.Engine.ScalarAsync("SELECT count(*) FROM {{checkpoints}} WHERE name LIKE 'projection:%'"));
        }

        await preparing;
        Assert.Equal("1", await server.Engine.ScalarAsync("SELECT count(*) FROM {{checkpoints}} WHERE name LIKE 'projection:%'"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task The_definition_of_a_server_that_has_ended_is_taken_over(DatabaseKind kind)
    {
        const string Silence = "UPDATE {{checkpoints}} SET updated_at = '2000-01-01T00:00:00.000Z' WHERE name = 'projection:people'";
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var log = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)));
        await using var old = await ProjectingServer.StartAsync(database, Json);
        await using var changed = await ProjectingServer.StartAsync(database, Changed, old.Clock, loggers: loggers);
        await old.ExecuteAsync(Table);
        await old.ReceiveAsync("msg_1", Bodies.Event("user.created", 1, """{"id":"user_1","first_name":"F","last_name":"L"}"""));
        await changed.PrepareAsync();
        await changed.Preparation.HoldAsync(changed.Projections[0], CancellationToken.None);

        // The old one is started once more: the last one that starts is right.
        await old.PrepareAsync();
        await old.WorkAsync();
        for (var i = 0; i < 3; i++)
        {
            await old.ExecuteAsync(Silence);
            await old.Preparation.HoldAsync(old.Projections[0], CancellationToken.None);
            await changed.Preparation.HoldAsync(changed.Projections[0], CancellationToken.None);
        }

        Assert.Single(log.GetSnapshot(), r => r.Level == LogLevel.Error && r.Message.StartsWith("Another server has another definition of projection people.", StringComparison.Ordinal));
        Assert.Equal([["F"]], await old.Engine.QueryAsync("SELECT first FROM person"));

        await old.ExecuteAsync(Silence);
        await changed.Preparation.HoldAsync(changed.Projections[0], CancellationToken.None);
        Assert.Equal((0, 1), (await old.WorkAsync(), await changed.WorkAsync()));
        Assert.Equal([["L"]], await old.Engine.QueryAsync("SELECT first FROM person"));
        await old.Preparation.HoldAsync(old.Projections[0], CancellationToken.None);
        Assert.Equal((0, 0), (await old.WorkAsync(), await changed.WorkAsync()));
    }
}
