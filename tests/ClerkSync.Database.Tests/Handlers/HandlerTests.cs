using System.Collections.Concurrent;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>What a handler gets, and when.</summary>
public sealed class HandlerTests(PostgresServer postgres)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));
    private readonly ConcurrentQueue<(string Handler, ClerkEvent Event, ClerkEventContext Context)> _calls = [];

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Every_sample_reaches_the_handlers_of_its_type_its_family_and_everything(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, new() { LearnInstance = false }, _clock, handlers: h => h
            .AddHandler<UserCreated>(o => o.Name = "one", Note)
            .AddHandler<UserEvent>(o => o.Name = "family", Note)
            .AddHandler(o => o.Name = "all", Note)
            .AddHandler<UnknownEvent>(o => o.Name = "unknown", Note)
            .AddHandler(o => o.ForTypes("session.*", "email.created"), Note));

        foreach (var name in Samples.Names.Append("unknown.event"))
            await engine.ReceiveAsync($"msg_{name}", Samples.Read(name));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        string[] types = [.. Samples.Names.Append("unknown.event").Select(Samples.TypeOf)];
        Assert.Equal(["user.created"], TypesOf("one"));
        Assert.Equal(types.Where(t => t.StartsWith("user.", StringComparison.Ordinal)).Order(StringComparer.Ordinal), TypesOf("family"));
        Assert.Equal(types.Order(StringComparer.Ordinal), TypesOf("all"));
        Assert.Equal([Samples.TypeOf("unknown.event")], TypesOf("unknown"));
        Assert.Equal(types.Where(t => t is "email.created" || t.StartsWith("session.", StringComparison.Ordinal)).Order(StringComparer.Ordinal), TypesOf("session.*,email.created"));
        Assert.All(_calls, c => Assert.Equal(c.Event is UnknownEvent ? typeof(UnknownEvent) : ClerkEventTypes.Find(c.Event.Type)!.EventType, c.Event.GetType()));
        Assert.All(_calls, c => Assert.Equal((1, false, true), (c.Context.Attempt, c.Context.IsReplay, c.Context.IsApplied)));
        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{handler_lines}}"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_handler_that_throws_three_times_and_then_works_has_one_effect_after_four_attempts(DatabaseKind kind)
    {
        var effects = 0;
        var attempts = new List<(int Attempt, DateTimeOffset At)>();
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, h => h.AddHandler<UserCreated>(o => (o.Name, o.Jitter) = ("welcome", 0), (_, context, _) =>
        {
            attempts.Add((context.Attempt, _clock.GetUtcNow()));
            if (context.Attempt < 4)
                throw new InvalidOperationException($"attempt {context.Attempt}");
            effects++;
            return Task.CompletedTask;
        }));

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        for (var second = 0; second < 400; second++)
        {
            await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, effects);
        Assert.Equal([1, 2, 3, 4], attempts.Select(a => a.Attempt));
        Assert.Equal([5, 30, 120], attempts.Zip(attempts.Skip(1), (a, b) => (int)(b.At - a.At).TotalSeconds));
        var run = Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None));
        Assert.Equal((RunStates.Succeeded, 4), (run.State, run.Attempts));
        Assert.Equal(["retrying", "retrying", "retrying", "succeeded"], run.History.Select(a => a.State));
        Assert.Equal("InvalidOperationException: attempt 3", run.History[2].Error);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_handler_that_never_works_is_dead_after_the_schedule_and_works_when_replayed(DatabaseKind kind)
    {
        var isRepaired = false;
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, h => h.AddHandler<UserEvent>(o => o.Name = "mail", (e, context, _) =>
        {
            Add(e, context);
            return isRepaired || e is UserUpdated ? Task.CompletedTask : throw new InvalidOperationException("mail server is away");
        }));

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        await engine.ReceiveAsync("msg_3", Bodies.User("user.updated", "user_2", 1));
        for (var hour = 0; hour < 30; hour++)
        {
            await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
            if (hour == 0)
                Assert.Equal(["msg_1", "msg_3"], _calls.Select(c => c.Context.MessageId).Order(StringComparer.Ordinal));
            _clock.Advance(TimeSpan.FromHours(1));
        }

        var dead = Assert.Single(await engine.Runs.ListAsync(new() { State = RunStates.Dead }, CancellationToken.None));
        Assert.Equal(("msg_1", 8L, "InvalidOperationException: mail server is away"), (dead.MessageId, dead.Attempts, dead.Error));
        Assert.Equal("msg_2", _calls.Last().Context.MessageId);
        Assert.Equal("2", await engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}} WHERE state = 'succeeded'"));

        isRepaired = true;
        await ReplayAsync(engine, "mail", "msg_1");
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        var replayed = _calls.Last().Context;
        Assert.Equal(("msg_1", true, 1), (replayed.MessageId, replayed.IsReplay, replayed.Attempt));
        Assert.Equal("3", await engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}} WHERE state = 'succeeded'"));
        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{handler_lines}}"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task One_event_under_two_message_ids_runs_once_and_a_late_one_knows_that_it_is_stale(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, h => h.AddHandler<UserEvent>(o => o.Name = "all", Note));

        await engine.ReceiveAsync("msg_old_secret", Bodies.User("user.updated", "user_1", 5));
        await engine.ReceiveAsync("msg_new_secret", Bodies.User("user.updated", "user_1", 5));
        await engine.ReceiveAsync("msg_old_secret", Bodies.User("user.updated", "user_1", 5));
        await engine.ReceiveAsync("msg_late", Bodies.User("user.created", "user_1", 1));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Equal([("msg_old_secret", false), ("msg_late", true)], _calls.Select(c => (c.Context.MessageId, c.Context.IsStale)));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Messages_of_other_instances_unreadable_ones_and_older_than_the_handler_make_no_runs(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using (var before = await StartAsync(database, _ => { }))
            await before.ReceiveAsync("msg_before", Bodies.User("user.created", "user_0", 0));
        await using var engine = await StartAsync(database, h => h.AddHandler(o => o.Name = "all", Note));

        await engine.ReceiveAsync("msg_before", Bodies.User("user.created", "user_0", 0));
        await engine.ReceiveAsync("msg_other", Bodies.Event("user.created", 0, """{"id":"user_1"}""", Bodies.OtherInstance));
        await engine.ReceiveAsync("msg_text", Bodies.Text("no JSON"));
        await engine.ReceiveAsync("msg_good", Bodies.User("user.created", "user_2", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Equal(["msg_good"], _calls.Select(c => c.Context.MessageId));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_deletion_reaches_its_handler_although_it_erases_everything(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, h => h.AddHandler<UserEvent>(o => (o.Name, o.Jitter) = ("all", 0), (e, context, _) =>
        {
            Add(e, context);
            return context.Attempt > 1 ? Task.CompletedTask : throw new InvalidOperationException("Mara is gone");
        }));
        var cleaner = new ClerkSync.Inbox.InboxCleaner(engine.Database, new(), _clock);

        await engine.ReceiveAsync("msg_created", Bodies.User("user.created", "user_1", 0));
        await engine.ReceiveAsync("msg_deleted", Bodies.Deleted("user.deleted", "user_1", 1));
        await engine.ReceiveAsync("msg_late", Bodies.User("user.updated", "user_1", 0));
        Assert.Equal(0, await cleaner.EraseEndedAsync(CancellationToken.None));
        for (var i = 0; i < 6; i++)
        {
            await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(["msg_created", "msg_created", "msg_deleted", "msg_deleted", "msg_late", "msg_late"], _calls.Select(c => c.Context.MessageId));
        Assert.Equal(3, await cleaner.EraseEndedAsync(CancellationToken.None));
        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE payload IS NOT NULL OR erasing_since IS NOT NULL OR erased_at IS NULL"));
        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}} WHERE error IS NOT NULL OR history IS NOT NULL"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_worker_that_was_paused_beyond_its_lease_cannot_write_its_result(DatabaseKind kind)
    {
        var first = true;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        void Handlers(ClerkSyncBuilder h) => h.AddHandler<UserCreated>(o => o.Name = "slow", async (e, context, _) =>
        {
            Add(e, context);
            if (!first)
                return;
            first = false;
            begun.SetResult();
            await resumed.Task;
            throw new InvalidOperationException("the paused worker's result");
        });
        await using var paused = await StartAsync(database, Handlers);
        await using var other = await StartAsync(database, Handlers);

        await paused.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var work = paused.Dispatcher.WorkDueAsync(CancellationToken.None);
        await begun.Task.WithinLimitAsync("a handler that begins");
        Assert.Equal(0, await other.Dispatcher.WorkDueAsync(CancellationToken.None));
        await other.RunAsync("UPDATE {{handler_lines}} SET leased_until = '2001-01-01T00:00:00.000Z'");
        Assert.Equal(1, await other.Dispatcher.WorkDueAsync(CancellationToken.None));
        resumed.SetResult();
        await work;

        var run = Assert.Single(await other.Runs.ListAsync(new(), CancellationToken.None));
        Assert.Equal((RunStates.Succeeded, null), (run.State, run.Error));
        Assert.Equal([1, 2], _calls.Select(c => c.Context.Attempt));
    }

    [Fact]
    public async Task A_stop_hands_running_work_back_without_counting_the_attempt()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await StartAsync(database, h => h.AddHandler<UserCreated>(o => o.Name = "slow", async (e, context, token) =>
        {
            Add(e, context);
            if (!begun.TrySetResult())
                return;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }));
        using var stopping = new CancellationTokenSource();

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var service = engine.Dispatcher.RunAsync(stopping.Token);
        await begun.Task.WithinLimitAsync("a handler that begins");
        await stopping.CancelAsync();
        await service;

        Assert.Equal((RunStates.Pending, 0L), Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None)) is var run ? (run.State, run.Attempts) : default);
        Assert.Equal(1, await engine.Dispatcher.WorkDueAsync(CancellationToken.None));
        Assert.Equal([1, 1], _calls.Select(c => c.Context.Attempt));
    }

    private Task<Engine> StartAsync(TestDatabase database, Action<ClerkSyncBuilder> handlers) => Engine.StartAsync(database, clock: _clock, handlers: handlers);

    private async Task ReplayAsync(Engine engine, string handler, string messageId)
    {
        var payload = await engine.Inbox.PayloadAsync(messageId, CancellationToken.None);
        await new RunReplay(engine.Database, _clock).ReplayAsync(handler, messageId, RawEventReader.Read(payload).Event!, isStale: false, isApplied: true, CancellationToken.None);
    }

    private Task Note(ClerkEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        Add(clerkEvent, context);
        return Task.CompletedTask;
    }

    private void Add(ClerkEvent clerkEvent, ClerkEventContext context) => _calls.Enqueue((context.HandlerName, clerkEvent, context));

    private IEnumerable<string> TypesOf(string handler) => _calls.Where(c => c.Handler == handler).Select(c => c.Event.Type).Order(StringComparer.Ordinal);
}
