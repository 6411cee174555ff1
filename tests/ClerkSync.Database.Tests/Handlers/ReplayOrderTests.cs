using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>A replayed run, and the others of its line.</summary>
public sealed class ReplayOrderTests(PostgresServer postgres)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));
    private readonly List<string> _calls = [];

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_run_that_is_replayed_while_a_later_one_fails_does_not_wait_for_the_later_ones_retry(DatabaseKind kind)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, TimeSpan.FromHours(12), async context =>
        {
            if (context.IsReplay)
                return;
            if (context is { MessageId: "msg_2", Attempt: 1 })
            {
                begun.SetResult();
                await resumed.Task;
            }

            throw new InvalidOperationException("no");
        });
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(12));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        var work = engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await begun.Task.WithinLimitAsync("a handler that begins");

        await ReplayAsync(engine, "msg_1");
        resumed.SetResult();
        await work;

        Assert.Equal(["msg_1#1", "msg_1#2", "msg_2#1", "msg_1#1 replay stale"], _calls);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Replays_cost_an_earlier_run_of_the_line_no_attempt(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(
            database, TimeSpan.FromMinutes(5), context => context.MessageId == "msg_1" ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await engine.ReceiveAsync("msg_0", Bodies.User("user.created", "user_1", 0));
        await engine.ReceiveAsync("msg_1", Bodies.User("user.updated", "user_1", 2));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await engine.ReceiveAsync("msg_3", Bodies.User("user.updated", "user_1", 3));

        for (var i = 0; i < 3; i++)
        {
            await ReplayAsync(engine, "msg_3");
            await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        }

        Assert.Equal(["msg_2#1", "msg_0#1 stale", "msg_1#1"], _calls);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_replay_of_what_has_been_overtaken_since_is_stale(DatabaseKind kind)
    {
        var isRepaired = false;
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(
            database, null, context => context.MessageId == "msg_1" && !isRepaired ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await engine.ReceiveAsync("msg_1", Bodies.User("user.updated", "user_1", 0));
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 100));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        isRepaired = true;

        await ReplayAsync(engine, "msg_1");
        await ReplayAsync(engine, "msg_2");
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Equal(["msg_1#1", "msg_2#1", "msg_1#1 replay stale", "msg_2#1 replay"], _calls);
    }

    private Task<Engine> StartAsync(TestDatabase database, TimeSpan? retry, Func<ClerkEventContext, Task> handle) => Engine.StartAsync(database, clock: _clock, handlers: h =>
        h.AddHandler<UserEvent>(
            o =>
            {
                (o.Name, o.Jitter) = ("h", 0);
                o.RetryDelays.Clear();
                if (retry is { } pause)
                    o.RetryDelays.Add(pause);
            },
            (_, context, _) =>
            {
                _calls.Add($"{context.MessageId}#{context.Attempt}{(context.IsReplay ? " replay" : "")}{(context.IsStale ? " stale" : "")}");
                return handle(context);
            }));

    private async Task ReplayAsync(Engine engine, string messageId)
    {
        var payload = await engine.Inbox.PayloadAsync(messageId, CancellationToken.None);
        await new RunReplay(engine.Database, _clock).ReplayAsync("h", messageId, RawEventReader.Read(payload).Event!, isStale: false, isApplied: true, CancellationToken.None);
    }
}
