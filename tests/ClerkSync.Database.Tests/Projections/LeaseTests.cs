using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>Leases are renewed while the work goes on, and whoever ends a lease says nothing about a newer state.</summary>
public sealed class LeaseTests(PostgresServer postgres)
{
    private const string Json = """[{ "name": "people", "from": "users", "into": "person", "key": { "clerk_id": "id" }, "columns": { "name": "full_name" } }]""";

    private const string Table = "CREATE TABLE person (clerk_id varchar(60) PRIMARY KEY, name varchar(60))";

    private const string Soon = "UPDATE {{projection_marks}} SET leased_until = '2000-01-01T00:00:00.000Z'";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task They_are_renewed_while_the_work_goes_on_also_after_a_failure(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var gate = new Gate();
        var log = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)));
        await using var server = await ProjectingServer.StartAsync(database, Json, wrap: (p, d) => new GatedProjection(p, gate), loggers: loggers);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));
        var working = Task.Run(server.WorkAsync);
        await gate.Reached;

        await server.ExecuteAsync("ALTER TABLE {{projection_marks}} RENAME TO away");
        await PassTimeUntilAsync(server, () => Task.FromResult(log.GetSnapshot().Any(r => r.Message.Contains("1 leases could not be renewed", StringComparison.Ordinal))));
        await server.ExecuteAsync(kind == DatabaseKind.PostgreSql ? "ALTER TABLE clerksync.away RENAME TO projection_marks" : "ALTER TABLE away RENAME TO {{projection_marks}}");
        await server.Engine.ExecuteAsync(Soon);
        await PassTimeUntilAsync(server, async () => await IsLeasedAsync(server, "20") && !await IsLeasedAsync(server, "40"));

        gate.Open();
        Assert.Equal(1, await working);
        Assert.Equal("A", await server.Engine.ScalarAsync("SELECT name FROM person"));
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_lease_that_was_given_back_is_not_renewed(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        var (marks, claimed) = await ClaimAsync(server);

        await marks.RenewAsync(claimed, TimeSpan.FromSeconds(100), CancellationToken.None);
        Assert.True(await IsLeasedAsync(server, "60"));
        await marks.ReleaseAsync(claimed, null, null, CancellationToken.None);
        await marks.RenewAsync(claimed, TimeSpan.FromSeconds(100), CancellationToken.None);

        Assert.Equal("1", await server.Engine.ScalarAsync("SELECT count(*) FROM {{projection_marks}} WHERE leased_until IS NULL"));
        Assert.Equal(1, await server.WorkAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, true)]
    [InlineData(DatabaseKind.PostgreSql, true)]
    [InlineData(DatabaseKind.Sqlite, false)]
    [InlineData(DatabaseKind.PostgreSql, false)]
    public async Task Failing_or_postponing_an_old_state_leaves_a_new_one_due(DatabaseKind kind, bool fails)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        var later = server.Clock.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds();
        for (var i = 1; i <= 2; i++)
        {
            var (marks, claimed) = await ClaimAsync(server);
            if (i == 1)
                await server.ReceiveAsync("msg_new", Bodies.User("user.updated", "user_1", 5, "B"));

            if (fails)
                await marks.FailAsync(claimed[0], "It is broken.", later, CancellationToken.None);
            else
                await marks.ReleaseAsync(claimed, later, "It is locked.", CancellationToken.None);

            // Once it has changed meanwhile, once it has not.
            Assert.Equal(
                i == 1 ? ["user_1", "pending", "0", null] : ["user_1", "retrying", fails ? "1" : "0", fails ? "It is broken." : "It is locked."],
                Assert.Single(await server.MarksAsync()));
            Assert.Equal("1", await server.Engine.ScalarAsync("SELECT count(*) FROM {{projection_marks}} WHERE leased_until IS NULL"));
        }

        Assert.Equal(0, await server.WorkAsync());
    }

    private static async Task<(ProjectionMarks Marks, IReadOnlyList<ClaimedMark> Claimed)> ClaimAsync(ProjectingServer server)
    {
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "A"));
        var marks = new ProjectionMarks(server.Engine.Database);
        var claimed = await marks.ClaimAsync(server.Projections[0], 10, TimeSpan.FromSeconds(30), server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), CancellationToken.None);
        Assert.Single(claimed);
        return (marks, claimed);
    }

    /// <summary>Whether the lease lasts longer than so many seconds, by the database's clock.</summary>
    private static async Task<bool> IsLeasedAsync(ProjectingServer server, string seconds) =>
        await server.Engine.ScalarAsync($"SELECT count(*) FROM {{{{projection_marks}}}} WHERE leased_until > {server.Engine.Database.Dialect.Now($"{seconds}000")}") == "1";

    private static Task PassTimeUntilAsync(ProjectingServer server, Func<Task<bool>> isReached) =>
        Patience.UntilAsync("a lease that is renewed", isReached, () => server.Clock.Advance(TimeSpan.FromSeconds(1)));
}
