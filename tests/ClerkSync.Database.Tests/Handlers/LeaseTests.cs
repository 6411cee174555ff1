using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>Who holds a line, and for how long.</summary>
public sealed class LeaseTests(PostgresServer postgres)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Who_slept_while_the_line_was_removed_and_made_anew_writes_nothing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database);
        var lines = new HandlerLines(engine.Database);
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var asleep = Assert.Single(await ClaimAsync(lines));
        await engine.RunAsync("UPDATE {{handler_lines}} SET leased_until = '2001-01-01T00:00:00.000Z'");
        var second = Assert.Single(await ClaimAsync(lines));
        Assert.True(Assert.Single(await lines.CompleteAsync([Succeeded(second)], CancellationToken.None)));
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        var third = Assert.Single(await ClaimAsync(lines));

        Assert.Empty(await lines.RenewAsync([asleep], Lease, CancellationToken.None));
        Assert.False(Assert.Single(await lines.CompleteAsync([Succeeded(asleep) with { State = RunStates.Retrying, Error = "too late", DueAt = Now }], CancellationToken.None)));
        Assert.True(Assert.Single(await lines.CompleteAsync([Succeeded(third)], CancellationToken.None)));

        Assert.All(await engine.Runs.ListAsync(new(), CancellationToken.None), r => Assert.Equal((RunStates.Succeeded, null), (r.State, r.Error)));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_renewal_prolongs_what_is_held_and_takes_nothing_that_was_freed(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database);
        var lines = new HandlerLines(engine.Database);
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        var run = Assert.Single(await ClaimAsync(lines));
        var before = await engine.ScalarAsync("SELECT leased_until FROM {{handler_lines}}");

        Assert.Equal([run], await lines.RenewAsync([run], TimeSpan.FromHours(1), CancellationToken.None));
        var after = await engine.ScalarAsync("SELECT leased_until FROM {{handler_lines}}");
        Assert.True(Assert.Single(await lines.CompleteAsync([Succeeded(run)], CancellationToken.None)));
        Assert.Empty(await lines.RenewAsync([run], Lease, CancellationToken.None));

        Assert.True(long.Parse(after!, System.Globalization.CultureInfo.InvariantCulture) > long.Parse(before!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1, await engine.Dispatcher.WorkDueAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_process_does_not_take_its_own_line_when_it_could_not_renew_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database);
        var lines = new HandlerLines(engine.Database);
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var held = await ClaimAsync(lines);
        await engine.RunAsync("UPDATE {{handler_lines}} SET leased_until = '2001-01-01T00:00:00.000Z'");

        Assert.Empty(await lines.ClaimAsync([("slow", 5)], Now, Lease, held, CancellationToken.None));
        Assert.Single(await lines.ClaimAsync([("slow", 5)], Now, Lease, [], CancellationToken.None));
    }

    private Task<Engine> StartAsync(TestDatabase database) =>
        Engine.StartAsync(database, clock: _clock, handlers: h => h.AddHandler<UserEvent>(o => o.Name = "slow", (_, _, _) => Task.CompletedTask));

    private Task<IReadOnlyList<ClaimedRun>> ClaimAsync(HandlerLines lines) => lines.ClaimAsync([("slow", 5)], Now, Lease, [], CancellationToken.None);

    private RunOutcome Succeeded(ClaimedRun run) => new() { Run = run, State = RunStates.Succeeded, EndedAt = Now };
}
