using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>Handlers that block, that turn a cancellation into something else, whose services break, and that are gone.</summary>
public sealed class UnrulyHandlerTests(PostgresServer postgres)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_handler_that_blocks_its_thread_holds_up_no_other(DatabaseKind kind)
    {
        using var free = new ManualResetEventSlim();
        var otherRan = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, handlers: h => h
            .AddHandler<UserEvent>(o => o.Name = "a", (_, _, _) =>
            {
                free.Wait(CancellationToken.None);
                return Task.CompletedTask;
            })
            .AddHandler<UserEvent>(o => o.Name = "b", (_, _, _) =>
            {
                otherRan.SetResult();
                return Task.CompletedTask;
            }));
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        using var stopping = new CancellationTokenSource();
        var service = Task.Run(() => engine.Dispatcher.RunAsync(stopping.Token), CancellationToken.None);
        try
        {
            await otherRan.Task.WithinLimitAsync("a run of the other handler");
        }
        finally
        {
            free.Set();
            await stopping.CancelAsync();
            await service;
        }
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_stop_counts_no_attempt_whatever_the_handler_makes_of_the_cancellation(DatabaseKind kind)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, handlers: h => h.AddHandler<UserEvent>(o => o.Name = "h", async (_, _, token) =>
        {
            begun.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            catch (OperationCanceledException cancelled)
            {
                throw new HttpRequestException("aborted", cancelled);
            }
        }));
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        using var stopping = new CancellationTokenSource();
        var service = Task.Run(() => engine.Dispatcher.RunAsync(stopping.Token), CancellationToken.None);
        await begun.Task.WithinLimitAsync("a handler that begins");
        await stopping.CancelAsync();
        await service;

        var run = Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None));
        Assert.Equal((RunStates.Pending, 0L), (run.State, run.Attempts));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_stop_keeps_the_error_of_the_attempt_before(DatabaseKind kind)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, handlers: h => h.AddHandler<UserEvent>(o => (o.Name, o.Jitter) = ("h", 0), async (_, context, token) =>
        {
            if (context.Attempt == 1)
                throw new InvalidOperationException("mail server is away");
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }));
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(5));
        using var stopping = new CancellationTokenSource();
        var service = Task.Run(() => engine.Dispatcher.RunAsync(stopping.Token), CancellationToken.None);
        await begun.Task.WithinLimitAsync("a handler that begins");
        await stopping.CancelAsync();
        await service;

        var run = Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None));
        Assert.Equal((RunStates.Retrying, 1L, "InvalidOperationException: mail server is away"), (run.State, run.Attempts, run.Error));
    }

    [Fact]
    public async Task A_service_that_throws_at_its_end_changes_no_result()
    {
        var calls = 0;
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, handlers: h =>
        {
            h.Services.AddScoped<BrokenAtItsEnd>();
            h.AddHandler<UserEvent>(o => o.Name = "h", (_, context, _) =>
            {
                calls++;
                context.Services.GetRequiredService<BrokenAtItsEnd>();
                return Task.CompletedTask;
            });
        });
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Equal((RunStates.Succeeded, 1), (Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None)).State, calls));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_handler_that_is_gone_keeps_the_data_of_an_erased_user_no_longer_than_payloads_are_kept(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using (var before = await Engine.StartAsync(database, clock: _clock, handlers: h => h.AddHandler<UserEvent>(o => o.Name = "gone", (_, _, _) => Task.CompletedTask)))
            await before.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await engine.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_1", 1));
        var cleaner = new InboxCleaner(engine.Database, new(), _clock);

        _clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal(0, await cleaner.EraseEndedAsync(CancellationToken.None));
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await cleaner.EraseEndedAsync(CancellationToken.None));
        Assert.Equal(0, await cleaner.EraseEndedAsync(CancellationToken.None));

        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE payload IS NOT NULL"));
    }

    private sealed class BrokenAtItsEnd : IDisposable
    {
        public void Dispose() => throw new IOException("the connection broke at QUIT");
    }
}
