using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using Npgsql;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>A worker that falls asleep with an old state in its hands never puts it over a newer one.</summary>
public sealed class StalledWorkerTests(PostgresServer postgres)
{
    private const string Json = """[{ "name": "people", "from": "users", "into": "Person", "key": { "clerkId": "id" }, "columns": { "name": "full_name" } }]""";

    private const string Table = """CREATE TABLE "Person" ("clerkId" varchar(100) PRIMARY KEY, "name" varchar(100), "note" varchar(100))""";

    private const string LeaseEnds = "UPDATE {{projection_marks}} SET leased_until = '2000-01-01T00:00:00.000Z'";

    [Theory]
    [InlineData(DatabaseKind.Sqlite, false)]
    [InlineData(DatabaseKind.PostgreSql, false)]
    [InlineData(DatabaseKind.Sqlite, true)]
    [InlineData(DatabaseKind.PostgreSql, true)]
    public async Task Who_wakes_up_after_the_lease_writes_nothing(DatabaseKind kind, bool hasRead)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var gate = new Gate();
        await using var first = await ProjectingServer.StartAsync(
            database, Json, wrap: (p, d) => hasRead ? new ReadThenWriteProjection(p, d, gate) : new GatedProjection(p, gate));
        await using var second = await ProjectingServer.StartAsync(database, Json, first.Clock);
        await first.ExecuteAsync(Table);
        await first.PrepareAsync();
        await first.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));

        var stalled = Task.Run(first.WorkAsync);
        await gate.Reached;
        Assert.Equal(0, await second.WorkAsync());
        await first.Engine.ExecuteAsync(LeaseEnds);
        await first.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 2, "B"));
        Assert.Equal(1, await second.WorkAsync());
        Assert.Equal("B", await NameAsync(second));
        Assert.Empty(await second.MarksAsync());

        // The mark is cleared and raised anew meanwhile: the sleeper must not take it for its own.
        await first.ReceiveAsync("msg_3", Bodies.User("user.updated", "user_1", 3, "C"));
        gate.Open();
        await stalled;
        await second.WorkAsync();

        Assert.Equal("C", await NameAsync(second));
        Assert.Empty(await second.MarksAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Who_wakes_up_while_another_one_works_on_the_object_writes_nothing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (gate, secondGate) = (new Gate(), new Gate());
        await using var first = await ProjectingServer.StartAsync(database, Json, wrap: (p, d) => new GatedProjection(p, gate));
        await using var second = await ProjectingServer.StartAsync(database, Json, first.Clock, wrap: (p, d) => new GatedProjection(p, secondGate));
        await first.ExecuteAsync(Table);
        await first.PrepareAsync();
        await first.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));

        var stalled = Task.Run(first.WorkAsync);
        await gate.Reached;
        await first.Engine.ExecuteAsync(LeaseEnds);
        var working = Task.Run(second.WorkAsync);
        await secondGate.Reached;
        gate.Open();
        await stalled;

        Assert.Null(await NameAsync(second));
        Assert.Equal([["user_1", "pending", "0", null]], await second.MarksAsync());
        secondGate.Open();
        await working;
        Assert.Equal("A", await NameAsync(second));
        Assert.Empty(await second.MarksAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_mark_that_was_cleared_and_raised_and_claimed_again_is_not_taken_for_the_old_one(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (gate, thirdGate) = (new Gate(), new Gate());
        await using var first = await ProjectingServer.StartAsync(database, Json, wrap: (p, d) => new ReadThenWriteProjection(p, d, gate));
        await using var third = await ProjectingServer.StartAsync(database, Json, first.Clock, wrap: (p, d) => new GatedProjection(p, thirdGate));
        await first.ExecuteAsync(Table);
        await first.PrepareAsync();
        await first.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));
        var stalled = Task.Run(first.WorkAsync);
        await gate.Reached;
        await first.Engine.ExecuteAsync("DELETE FROM {{projection_marks}}");
        await first.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 2, "B"));
        var working = Task.Run(third.WorkAsync);
        await thirdGate.Reached;

        gate.Open();
        await stalled;
        Assert.Null(await NameAsync(third));
        thirdGate.Open();
        await working;

        Assert.Equal("B", await NameAsync(third));
        Assert.Empty(await third.MarksAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_change_during_the_work_is_worked_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var gate = new Gate();
        await using var server = await ProjectingServer.StartAsync(database, Json, wrap: (p, d) => new ReadThenWriteProjection(p, d, gate));
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));

        var working = Task.Run(server.WorkAsync);
        await gate.Reached;
        await server.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 2, "B"));
        gate.Open();

        Assert.Equal(2, await working);
        Assert.Equal("B", await NameAsync(server));
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Who_is_stopped_gives_its_leases_back(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var gate = new Gate();
        using var stop = new CancellationTokenSource();
        await using var first = await ProjectingServer.StartAsync(database, Json, wrap: (p, d) => new GatedProjection(p, gate));
        await using var second = await ProjectingServer.StartAsync(database, Json, first.Clock);
        await first.ExecuteAsync(Table);
        await first.PrepareAsync();
        await first.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));

        var working = Task.Run(() => first.Worker.WorkDueAsync(first.Projections[0], stop.Token));
        await gate.Reached;
        await stop.CancelAsync();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working);

        Assert.Equal([["user_1", "pending", "0", null]], await second.MarksAsync());
        Assert.Equal(1, await second.WorkAsync());
        Assert.Equal("A", await NameAsync(second));
    }

    [Fact]
    public async Task Receiving_does_not_wait_while_a_projection_waits_for_the_users_table()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));
        await using var somebody = new NpgsqlConnection(database.ConnectionString);
        await somebody.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await somebody.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("LOCK TABLE \"Person\" IN ACCESS EXCLUSIVE MODE", somebody, transaction);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var working = Task.Run(server.WorkAsync);
        await Patience.UntilAsync(
            "a projection that waits for the table",
            async () => await server.Engine.ScalarAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '\"Person\"'::regclass") != "0");

        await server.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 2, "B"));
        var wasWaiting = !working.IsCompleted;
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await working;
        await server.WorkAsync();

        Assert.True(wasWaiting, "The projection was over before the message was received.");
        Assert.Equal("B", await NameAsync(server));
        Assert.Empty(await server.MarksAsync());
    }

    [Fact]
    public async Task Receiving_does_not_wait_while_a_deferred_constraint_waits_for_somebody_else()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table.Replace("\"name\" varchar(100)", "\"name\" varchar(100) UNIQUE DEFERRABLE INITIALLY DEFERRED", StringComparison.Ordinal));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));
        await using var somebody = new NpgsqlConnection(database.ConnectionString);
        await somebody.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await somebody.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("INSERT INTO \"Person\" (\"clerkId\", \"name\") VALUES ('user_other', 'A')", somebody, transaction);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var working = Task.Run(server.WorkAsync);
        await Patience.UntilAsync(
            "somebody who waits for a lock",
            async () => await server.Engine.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") != "0");

        // Whoever waits for a mark here gives up, and the message is only stored.
        await using var other = await ProjectingServer.StartAsync(database, Json, server.Clock, storage: new() { LockTimeout = TimeSpan.FromMilliseconds(50) });
        await other.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 2, "B"));
        Assert.Equal("applied", await server.Engine.ScalarAsync("SELECT result FROM {{inbox_messages}} WHERE id = 'msg_2'"));
        Assert.False(working.IsCompleted, "The projection was over before the message was received.");
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await working;
        await server.WorkAsync();

        Assert.Equal("B", await NameAsync(server));
        Assert.Empty(await server.MarksAsync());
    }

    [Fact]
    public async Task Somebody_elses_lock_counts_against_nobody()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json, storage: new() { LockTimeout = TimeSpan.FromMilliseconds(100) });
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));
        await using var somebody = new NpgsqlConnection(database.ConnectionString);
        await somebody.OpenAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await somebody.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var command = new NpgsqlCommand("LOCK TABLE \"Person\" IN ACCESS EXCLUSIVE MODE", somebody, transaction);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, await server.WorkAsync());
        }

        Assert.Equal([["user_1", "retrying", "0", "Somebody else's lock held it back."]], await server.MarksAsync());
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await server.WorkAsync());
        Assert.Equal("A", await NameAsync(server));
    }

    private static Task<string?> NameAsync(ProjectingServer server) => server.Engine.ScalarAsync("SELECT \"name\" FROM \"Person\"");
}
