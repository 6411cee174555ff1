using System.Text.Json;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;

namespace ClerkSync.Database.Tests.Cli;

/// <summary>Runs of handlers in <c>clerksync status</c>.</summary>
public abstract class StatusOfRunsTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task Open_and_dead_runs_are_counted_and_dead_ones_are_stuck()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h
            .AddHandler<UserEvent>(o => o.Name = "good", s.Note)
            .AddHandler<UserEvent>(o => (o.Name, o.Jitter) = ("mail", 0), RunSession.Fail)
            .AddHandler<UserCreated>(o =>
            {
                o.Name = "once";
                o.RetryDelays.Clear();
            }, RunSession.Fail));
        Assert.Contains("Handlers   0 runs open; 0 dead\n", (await session.Cli.RunAsync("status")).Out, StringComparison.Ordinal);
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        session.Cli.Time.Advance(TimeSpan.FromSeconds(50));
        await session.Engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        await session.WorkAsync();
        session.Cli.Time.Advance(TimeSpan.FromSeconds(10));

        var words = await session.Cli.RunAsync("status");
        var json = JsonElement.Parse((await session.Cli.RunAsync("status", "--json")).Out);

        Assert.Equal(1, words.ExitCode);
        Assert.Contains("Handlers   2 runs open, the oldest 60 s ago (mail, msg_1); 1 dead\n", words.Out, StringComparison.Ordinal);
        Assert.Matches(@"\n +mail +retrying +1 +2027-01-02 03:04:05Z", words.Out);
        Assert.Contains("Stuck: Runs that handlers gave up: 1, of once (1).\n  'clerksync inbox list --state dead' says why; 'clerksync inbox replay --state dead'", words.Out, StringComparison.Ordinal);
        Assert.Equal(
            """{"open":2,"dead":1,"oldest_open":{"age_s":60,"handler":"mail","message_id":"msg_1","state":"retrying"},"handlers":{"mail":{"pending":1,"running":0,"retrying":1,"dead":0},"once":{"pending":0,"running":0,"retrying":0,"dead":1}}}""",
            json.GetProperty("runs").GetRawText());
        Assert.Equal(["runs_dead"], Codes(json));

        await session.Engine.ExecuteAsync("UPDATE {{inbox_messages}} SET payload = NULL");
        words = await session.Cli.RunAsync("status");
        Assert.Equal(0, words.ExitCode);
        Assert.Contains("; 1 dead\n", words.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_that_are_due_for_more_than_five_minutes_are_stuck_and_those_that_wait_for_their_retry_are_not()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h
            .AddHandler<UserEvent>(
                o =>
                {
                    (o.Name, o.Jitter) = ("mail", 0);
                    o.RetryDelays.Insert(0, TimeSpan.FromHours(1));
                },
                RunSession.Fail));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        await session.WorkAsync();

        session.Cli.Time.Advance(TimeSpan.FromMinutes(65));
        Assert.Equal(0, (await session.Cli.RunAsync("status")).ExitCode);
        session.Cli.Time.Advance(TimeSpan.FromMilliseconds(1));
        var words = await session.Cli.RunAsync("status");
        Assert.Equal(1, words.ExitCode);
        Assert.Contains("Stuck: Runs of handler mail are due and nobody works on them. Objects that wait: 1, the first for 5 min.\n  Check that the application with this handler runs", words.Out, StringComparison.Ordinal);
        Assert.Equal(["runs_waiting"], Codes(JsonElement.Parse((await session.Cli.RunAsync("status", "--json")).Out)));

        await session.Engine.ExecuteAsync("UPDATE {{handler_lines}} SET leased_until = '2999-01-01T00:00:00.000Z'");
        Assert.Equal(0, (await session.Cli.RunAsync("status")).ExitCode);
        await session.Engine.ExecuteAsync("UPDATE {{handler_lines}} SET leased_until = '2001-01-01T00:00:00.000Z'");
        await session.WorkAsync();
        Assert.Equal(0, (await session.Cli.RunAsync("status")).ExitCode);
    }

    private static string[] Codes(JsonElement status) => [.. status.GetProperty("stuck").EnumerateArray().Select(stuck => stuck.GetProperty("code").GetString()!)];
}

public sealed class SqliteStatusOfRunsTests(PostgresServer postgres) : StatusOfRunsTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlStatusOfRunsTests(PostgresServer postgres) : StatusOfRunsTests(DatabaseKind.PostgreSql, postgres);
