using ClerkSync.Database.Tests.Projections;
using ClerkSync.Database.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>A worker that falls asleep with an old state in its hands never leaves it behind.</summary>
public sealed class StalledEntityTests(PostgresServer postgres)
{
    private const string LeaseEnds = "UPDATE {{projection_marks}} SET leased_until = '2000-01-01T00:00:00.000Z'";

    /// <summary>SQLite's one writer sleeps inside its turn there, so nobody else can get ahead of it.</summary>
    [Theory]
    [InlineData(Places.PostgreSql, false)]
    [InlineData(Places.PostgreSqlToPostgreSql, false)]
    [InlineData(Places.PostgreSqlToPostgreSql, true)]
    [InlineData(Places.PostgreSqlToSqlite, false)]
    [InlineData(Places.PostgreSqlToSqlite, true)]
    [InlineData(Places.SqliteToPostgreSql, true)]
    public async Task The_newest_state_is_there_in_the_end(Places places, bool isDeadAfterSaving)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        var sleeper = new Sleeper();
        await using var first = await ClubServer.StartAsync(databases, interceptors: [sleeper]);
        await using var second = await ClubServer.StartAsync(databases, clock: first.Clock);
        await first.PrepareAsync();
        await first.ReceiveAsync("msg_0", User(0, "0"));
        await first.WorkAsync();
        sleeper.Gate = new();
        await first.ReceiveAsync("msg_1", User(1, "A"));

        var stalled = Task.Run(first.WorkAsync);
        await sleeper.Gate.Reached;
        Assert.Equal(0, await second.WorkAsync());
        await first.Engine.ExecuteAsync(LeaseEnds);
        await first.ReceiveAsync("msg_2", User(2, "B"));
        Assert.Equal(1, await second.WorkAsync());
        Assert.Equal("B", await NameAsync(databases));
        Assert.Empty(await second.MarksAsync());

        if (isDeadAfterSaving)
            sleeper.FailAfterSaving = true;
        sleeper.Gate.Open();
        await stalled;
        first.Clock.Advance(TimeSpan.FromMinutes(1));
        await second.WorkAsync();

        Assert.Equal("B", await NameAsync(databases));
        Assert.Empty(await second.MarksAsync());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    public async Task Who_lost_the_lease_before_writing_writes_nothing(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        var gate = new Gate();
        await using var server = await ClubServer.StartAsync(databases);
        await using var second = await ClubServer.StartAsync(databases, clock: server.Clock);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User(1, "A"));
        var stalled = Task.Run(() => server.Worker.WorkDueAsync(new GatedProjection(server.Projections[0], gate), CancellationToken.None));
        await gate.Reached;
        await server.Engine.ExecuteAsync("UPDATE {{projection_marks}} SET fence = fence + 1, leased_until = '2000-01-01T00:00:00.000Z'");
        gate.Open();
        await Task.WhenAny(stalled);

        await stalled;
        await second.WorkAsync();
        Assert.Equal(("A", 1), ((await databases.PeopleAsync())[0].Name, (await databases.PeopleAsync())[0].Revision));
        Assert.Empty(await second.MarksAsync());
    }

    [Theory]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task A_change_during_the_work_is_not_lost(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        var sleeper = new Sleeper { Gate = new() };
        await using var server = await ClubServer.StartAsync(databases, interceptors: [sleeper]);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User(1, "A"));
        var working = Task.Run(server.WorkAsync);
        await sleeper.Gate.Reached;
        await server.ReceiveAsync("msg_2", User(2, "B"));
        sleeper.Gate.Open();
        await working;

        Assert.Equal("B", await NameAsync(databases));
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToPostgreSql)]
    public async Task Receiving_does_not_wait_while_the_entities_table_is_locked(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User(1, "A"));
        await using var somebody = databases.Open();
        await using var transaction = await somebody.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await somebody.Database.ExecuteSqlRawAsync("LOCK TABLE \"People\" IN ACCESS EXCLUSIVE MODE", TestContext.Current.CancellationToken);

        var working = Task.Run(server.WorkAsync);
        var waiting = somebody.Database.SqlQueryRaw<long>("SELECT count(*) AS \"Value\" FROM pg_locks WHERE NOT granted AND relation = '\"People\"'::regclass");
        await Patience.UntilAsync("a projection that waits for the table", async () => await waiting.SingleAsync(TestContext.Current.CancellationToken) > 0);
        await server.ReceiveAsync("msg_2", User(2, "B"));
        var wasWaiting = !working.IsCompleted;
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await working;
        await server.WorkAsync();

        Assert.True(wasWaiting, "The projection was over before the message was received.");
        Assert.Equal("B", await NameAsync(databases));
        Assert.Empty(await server.MarksAsync());
    }

    private static byte[] User(long at, string name) => EntityProjectionTests.User("user_1", at, name);

    private static async Task<string> NameAsync(ClubDatabases databases) => Assert.Single(await databases.PeopleAsync()).Name;

    /// <summary>Stops with the new values in hand and before they are saved.</summary>
    private sealed class Sleeper : SaveChangesInterceptor
    {
        private int _passed;

        public Gate? Gate { get; set; }

        public bool FailAfterSaving { get; set; }

        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            if (Gate is { } gate && Interlocked.Exchange(ref _passed, 1) == 0)
                await gate.PassAsync();
            return result;
        }

        public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
        {
            if (!FailAfterSaving)
                return ValueTask.FromResult(result);
            FailAfterSaving = false;
            throw new IOException("the connection broke after the commit");
        }
    }
}
