using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>What a handler saves in its own context and the completion of its run are one.</summary>
public abstract class HandlerTransactionTests(DatabaseKind kind, PostgresServer postgres)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));
    private readonly CommitFault _fault = new();
    private int _calls;

    private bool IsPostgreSql => kind == DatabaseKind.PostgreSql;

    [Fact]
    public async Task Work_and_completion_are_committed_together()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, (_, _) => Task.CompletedTask);

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        await AssertAsync(engine, customers: 2, (RunStates.Succeeded, 1), (RunStates.Succeeded, 1));
        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{handler_lines}}"));
    }

    [Fact]
    public async Task A_handler_that_throws_after_saving_leaves_nothing_and_works_once_later()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, (_, _) => _calls < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask);

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await AssertAsync(engine, customers: 0, (RunStates.Retrying, 1));

        await WorkForAsync(engine, TimeSpan.FromMinutes(2));
        await AssertAsync(engine, customers: 1, (RunStates.Succeeded, 3));
    }

    [Fact]
    public async Task A_lost_lease_leaves_nothing_of_the_work()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        Engine? engine = null;
        await using var started = engine = await StartAsync(database, async (shop, _) =>
        {
            // The one writer of SQLite stands in the handler's transaction itself.
            if (_calls == 1 && IsPostgreSql)
                await engine!.ExecuteAsync("UPDATE {{handler_lines}} SET fence = fence + 1");
            else if (_calls == 1)
                await shop.Database.ExecuteSqlRawAsync("UPDATE clerksync_handler_lines SET fence = fence + 1", Token);
        });

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await AssertAsync(engine, customers: 0, (RunStates.Running, 1));

        await engine.ExecuteAsync("UPDATE {{handler_lines}} SET leased_until = NULL");
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await AssertAsync(engine, customers: 1, (RunStates.Succeeded, 2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crash_at_the_commit_leaves_both_or_neither(bool isCommitted)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, (_, _) => Task.CompletedTask);
        (_fault.Before, _fault.After) = (!isCommitted, isCommitted);

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        Assert.Equal(isCommitted ? 2 : 1, await engine.Dispatcher.WorkDueAsync(CancellationToken.None));
        Assert.Equal(isCommitted ? "2" : "0", await engine.ScalarAsync("SELECT count(*) FROM \"Customers\""));

        (_fault.Before, _fault.After) = (false, false);
        await engine.ExecuteAsync("UPDATE {{handler_lines}} SET leased_until = NULL");
        await WorkForAsync(engine, TimeSpan.FromMinutes(1));

        await AssertAsync(engine, customers: 2, (RunStates.Succeeded, isCommitted ? 1 : 2), (RunStates.Succeeded, 1));
        Assert.Equal(isCommitted ? 2 : 3, _calls);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_completion_leaves_neither()
    {
        Assert.SkipUnless(IsPostgreSql, "A SQLite file has no connection that breaks.");
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, async (shop, _) =>
        {
            if (_calls > 1)
                return;
            var backend = ((Npgsql.NpgsqlConnection)shop.Database.GetDbConnection()).ProcessID;
            await using var other = Shop.Open(database);
            await other.Database.ExecuteSqlAsync($"SELECT pg_terminate_backend({backend}, 5000)", Token);
        });

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await AssertAsync(engine, customers: 0, (RunStates.Retrying, 1));

        await WorkForAsync(engine, TimeSpan.FromMinutes(1));
        await AssertAsync(engine, customers: 1, (RunStates.Succeeded, 2));
    }

    [Fact]
    public async Task A_commit_that_a_deferred_constraint_refuses_is_a_failure_with_its_reason()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, async (shop, _) =>
        {
            if (_calls == 1)
                await shop.Database.ExecuteSqlRawAsync("INSERT INTO accounts VALUES ('no such plan')", Token);
        });
        await engine.RunAsync("CREATE TABLE plans (id text PRIMARY KEY)");
        await engine.RunAsync("CREATE TABLE accounts (plan text REFERENCES plans(id) DEFERRABLE INITIALLY DEFERRED)");

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        await AssertAsync(engine, customers: 0, (RunStates.Retrying, 1));
        Assert.Contains(IsPostgreSql ? "23503" : "FOREIGN KEY", Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None)).Error, StringComparison.Ordinal);
        await WorkForAsync(engine, TimeSpan.FromMinutes(1));
        await AssertAsync(engine, customers: 1, (RunStates.Succeeded, 2));
    }

    [Fact]
    public async Task A_handler_that_does_not_listen_to_its_token_is_left_behind_and_cannot_save_any_more()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, async (shop, _) =>
        {
            begun.SetResult();
            await resumed.Task;
            late.SetResult(await Record.ExceptionAsync(() =>
            {
                shop.Customers.Add(new() { Name = "late" });
                return shop.SaveChangesAsync(CancellationToken.None);
            }));
        }, configure: o => o.RetryDelays.Clear());

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var work = engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await begun.Task.WithinLimitAsync("a handler that begins");
        await Patience.UntilAsync("the end of the handler's time", () => work.IsCompleted, () => _clock.Advance(TimeSpan.FromSeconds(1)));
        await work;
        Assert.Equal("applied", (await engine.ReceiveAsync("msg_2", Bodies.User("user.created", "user_2", 0))).Result.ToString().ToLowerInvariant());
        resumed.SetResult();
        Assert.IsType<ObjectDisposedException>(await late.Task);
        await AssertAsync(engine, customers: 0, (RunStates.Dead, 1), (RunStates.Pending, 0));
        Assert.Contains("longer than its Timeout", (await engine.Runs.ListAsync(new() { MessageId = "msg_1" }, CancellationToken.None))[0].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_arrive_while_such_a_handler_works_or_right_after()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, (_, _) =>
        {
            begun.TrySetResult();
            return resumed.Task;
        });

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var work = engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        await begun.Task.WithinLimitAsync("a handler that begins");
        var delivery = engine.ReceiveAsync("msg_2", Bodies.User("user.created", "user_2", 0));
        if (IsPostgreSql)
            await delivery;
        resumed.SetResult();
        await work;
        await delivery;
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        await AssertAsync(engine, customers: 2, (RunStates.Succeeded, 1), (RunStates.Succeeded, 1));
    }

    [Fact]
    public async Task A_context_that_repeats_by_itself_does_not_repeat_the_handler()
    {
        Assert.SkipUnless(IsPostgreSql, "EF Core's provider for SQLite has no such strategy.");
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(
            database,
            (_, _) => _calls == 1 ? throw new Npgsql.NpgsqlException("try again", new TimeoutException()) : Task.CompletedTask,
            () => new(new DbContextOptionsBuilder<Shop>().UseNpgsql(database.ConnectionString, n => n.EnableRetryOnFailure()).Options));

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        Assert.Equal(1, _calls);
        await AssertAsync(engine, customers: 0, (RunStates.Retrying, 1));

        await WorkForAsync(engine, TimeSpan.FromMinutes(1));
        await AssertAsync(engine, customers: 1, (RunStates.Succeeded, 2));
    }

    [Fact]
    public async Task A_context_of_another_database_is_an_error_in_words()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var elsewhere = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, (_, _) => Task.CompletedTask, () => Shop.Open(elsewhere));

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        var run = Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None));
        Assert.Equal(RunStates.Retrying, run.State);
        Assert.Contains("Handler \"customers\" works in a transaction of Shop, which leads to database", run.Error, StringComparison.Ordinal);
        Assert.Contains($"its runs are in {engine.Database.DisplayName}.", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, _calls);
    }

    [Fact]
    public async Task A_context_that_is_no_service_is_an_error_in_words()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, handlers: h => h
            .AddHandler<UserEvent>(o => o.UseTransaction<Shop>(), (_, _, _) => Task.CompletedTask));

        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Contains("AddDbContext<Shop>", Assert.Single(await engine.Runs.ListAsync(new(), CancellationToken.None)).Error, StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A server whose handler saves a customer and then does what the test wants.</summary>
    private async Task<Engine> StartAsync(TestDatabase database, Func<Shop, ClerkEventContext, Task> then, Func<Shop>? open = null, Action<ClerkHandlerOptions>? configure = null)
    {
        await using (await Shop.CreateAsync(database))
        {
            // Its tables are made.
        }

        return await Engine.StartAsync(database, clock: _clock, handlers: h =>
        {
            h.Services.AddSingleton<TimeProvider>(_clock);
            h.Services.AddScoped(_ => open?.Invoke() ?? new Shop(Shop.ProviderFor(new DbContextOptionsBuilder<Shop>().AddInterceptors(_fault), database).Options));
            h.AddHandler<UserEvent>(
                o =>
                {
                    (o.Name, o.Jitter) = ("customers", 0);
                    o.UseTransaction<Shop>();
                    configure?.Invoke(o);
                },
                async (e, context, token) =>
                {
                    Interlocked.Increment(ref _calls);
                    var shop = context.Services.GetRequiredService<Shop>();
                    shop.Customers.Add(new() { Name = context.MessageId, ClerkUserId = e.ObjectId });
                    await shop.SaveChangesAsync(token);
                    await then(shop, context);
                });
        });
    }

    private async Task WorkForAsync(Engine engine, TimeSpan time)
    {
        for (var end = _clock.GetUtcNow() + time; _clock.GetUtcNow() < end; _clock.Advance(TimeSpan.FromSeconds(1)))
            await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
    }

    private static async Task AssertAsync(Engine engine, int customers, params (string State, int Attempts)[] runs)
    {
        Assert.Equal(customers.ToString(System.Globalization.CultureInfo.InvariantCulture), await engine.ScalarAsync("SELECT count(*) FROM \"Customers\""));
        Assert.Equal(
            runs.Select(r => $"{r.State} {r.Attempts}"),
            (await engine.QueryAsync("SELECT state, attempts FROM {{handler_runs}} ORDER BY sequence")).Select(r => $"{r[0]} {r[1]}"));
    }
}

public sealed class SqliteHandlerTransactionTests(PostgresServer postgres) : HandlerTransactionTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlHandlerTransactionTests(PostgresServer postgres) : HandlerTransactionTests(DatabaseKind.PostgreSql, postgres);
