using ClerkSync.ClerkApi;

namespace ClerkSync.Tests.ClerkApi;

public sealed class BudgetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(200)]
    [InlineData(1000)]
    public async Task No_window_of_ten_seconds_holds_more_than_the_budget_and_little_of_it_is_wasted(int requests)
    {
        var clock = new WaitingClock();
        var budget = new RateBudget(requests, clock);
        var sent = new List<DateTimeOffset>();
        for (var i = 0; i < 5 * requests; i++)
        {
            // after a rest there is no more than at the beginning
            if (i == 2 * requests)
                clock.Advance(TimeSpan.FromHours(1));
            await clock.FinishAsync(TakeAsync(budget));
            sent.Add(clock.GetUtcNow());
        }

        Assert.All(sent, from => Assert.InRange(sent.Count(at => at >= from && at <= from.AddSeconds(10)), 1, requests));
        var busy = sent[(2 * requests)..];
        Assert.InRange((busy[^1] - busy[0]).TotalSeconds, 0, 3 * 12.5);
    }

    [Fact]
    public async Task A_few_follow_each_other_at_once()
    {
        var clock = new WaitingClock();
        var budget = new RateBudget(200, clock);
        for (var i = 0; i < 10; i++)
            Assert.True(TakeAsync(budget).IsCompletedSuccessfully);
        Assert.False(TakeAsync(budget).IsCompleted);
        await clock.NextWaitAsync();
    }

    [Fact]
    public async Task Somebody_who_waits_goes_before_the_background()
    {
        var clock = new WaitingClock();
        var budget = new RateBudget(1, clock);
        await budget.AcquireAsync(ApiPriority.Background, Token);
        var background = budget.AcquireAsync(ApiPriority.Background, Token);
        var foreground = budget.AcquireAsync(ApiPriority.Foreground, Token);
        clock.Advance(TimeSpan.FromSeconds(11));
        await foreground;
        Assert.False(background.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(11));
        await background;
    }

    [Fact]
    public async Task The_background_gets_every_fourth_turn()
    {
        var clock = new WaitingClock();
        var budget = new RateBudget(1, clock);
        await budget.AcquireAsync(ApiPriority.Background, Token);
        var turns = new List<(string Name, Task Task)>();
        for (var i = 0; i < 2; i++)
            turns.Add(("background", budget.AcquireAsync(ApiPriority.Background, Token)));
        for (var i = 0; i < 7; i++)
            turns.Add(("foreground", budget.AcquireAsync(ApiPriority.Foreground, Token)));
        var order = new List<string>();
        while (turns.Count > 0)
        {
            clock.Advance(TimeSpan.FromSeconds(11));
            var done = await Task.WhenAny(turns.Select(t => t.Task));
            var next = turns.Single(t => t.Task == done);
            order.Add(next.Name[..1]);
            turns.Remove(next);
        }

        Assert.Equal("fffbfffbf", string.Concat(order));
    }

    [Fact]
    public async Task The_instance_is_asked_for_with_the_priority_of_whoever_asks()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(200, """{"id":"ins_1","data":[]}""");
        using var client = stub.Client(o => o.RequestsPerTenSeconds = 1);
        await stub.Clock.FinishAsync(client.ListAsync("users", [], Token));
        var page = client.ListAsync("users", [], Token);
        var instance = client.GetInstanceAsync(ApiPriority.Foreground, Token);
        stub.Clock.Advance(TimeSpan.FromSeconds(10.2));
        await instance;
        Assert.Equal(2, stub.Requests.Count);
        await stub.Clock.FinishAsync(page);
        Assert.Equal(["/v1/users", "/v1/instance", "/v1/users"], stub.Requests.Select(r => r.Url));
    }

    [Fact]
    public async Task Somebody_who_waits_is_refused_at_once_when_Clerk_asks_for_a_longer_pause()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(429, ClerkStub.Error("too_many_requests"), ("Retry-After", "40")).Then(200, "{}");
        using var client = stub.Client();
        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<ClerkApiException>(() => client.AskAsync("users/user_1", ApiPriority.Foreground, Token));
            Assert.True(refused.IsTransient);
            Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 40, 41);
        }

        Assert.Single(stub.Requests);
        stub.Clock.Advance(TimeSpan.FromSeconds(36));
        Assert.NotNull((await stub.Clock.FinishAsync(client.AskAsync("users/user_1", ApiPriority.Foreground, Token))).Answer);
    }

    [Fact]
    public async Task Who_gives_up_costs_nothing()
    {
        var clock = new WaitingClock();
        var budget = new RateBudget(1, clock);
        await budget.AcquireAsync(ApiPriority.Background, Token);
        using var cancellation = new CancellationTokenSource();
        var quitter = budget.AcquireAsync(ApiPriority.Background, cancellation.Token);
        var next = budget.AcquireAsync(ApiPriority.Background, Token);
        await cancellation.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quitter);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(11));
        await next;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => budget.AcquireAsync(ApiPriority.Background, cancellation.Token));
    }

    [Fact]
    public async Task A_pause_ends_however_long_was_asked_for()
    {
        var clock = new WaitingClock();
        var budget = new RateBudget(10, clock);
        budget.Pause(TimeSpan.FromDays(365));
        var turn = TakeAsync(budget);
        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.False(turn.IsCompleted);
        clock.Advance(TimeSpan.FromMinutes(2));
        await turn;
    }

    [Theory]
    [InlineData("7")]
    [InlineData("Sat, 01 Aug 2026 15:00:07 GMT")]
    public async Task After_a_429_nobody_of_the_process_asks_before_the_time(string retryAfter)
    {
        await using var stub = await ClerkStub.StartAsync();

        // Clerk's clock is three hours ahead here: a date counts from the answer's own
        stub.Then(429, ClerkStub.Error("too_many_requests"), ("Retry-After", retryAfter), ("Date", "Sat, 01 Aug 2026 15:00:00 GMT")).Then(200, "{}");
        using var client = stub.Client();
        var refused = client.ReadAsync("users/user_1", Token);
        var pause = await stub.Clock.NextWaitAsync();
        var other = client.ReadAsync("users/user_2", Token);

        Assert.InRange(pause.TotalSeconds, 7, 8);
        stub.Clock.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(other.IsCompleted);
        Assert.Single(stub.Requests);
        await stub.Clock.FinishAsync(Task.WhenAll(refused, other));
        Assert.Equal(3, stub.Requests.Count);
        Assert.All(stub.Requests.Skip(1), r => Assert.True(r.At >= stub.Requests.First().At.AddSeconds(7)));
    }

    [Fact]
    public async Task Retries_take_their_place_in_the_budget_too()
    {
        await using var stub = await ClerkStub.StartAsync();
        var count = 0;
        stub.Then(http => ClerkStub.AnswerAsync(http, Interlocked.Increment(ref count) % 2 == 0 ? 200 : 502, "{}"));
        using var client = stub.Client(o => o.RequestsPerTenSeconds = 10);
        for (var i = 0; i < 30; i++)
            await stub.Clock.FinishAsync(client.ReadAsync($"users/user_{i}", Token));
        DateTimeOffset[] at = [.. stub.Requests.Select(r => r.At)];
        Assert.Equal(60, at.Length);
        Assert.All(at, from => Assert.InRange(at.Count(a => a >= from && a <= from.AddSeconds(10)), 1, 10));
    }

    [Theory]
    [InlineData("sk_live_x", null, 20, 200)]
    [InlineData("sk_test_x", null, 20, 20)]
    [InlineData("another", null, 20, 20)]
    [InlineData("sk_live_x", 3000, 50, 1500)]
    [InlineData("sk_test_x", 4, 20, 1)]
    [InlineData("sk_live_x", 100_000, 100, 100_000)]
    public void The_budget_is_a_part_of_the_instances_limit(string key, int? limit, int percent, int budget) =>
        Assert.Equal(budget, new ClerkApiOptions { SecretKey = key, RequestsPerTenSeconds = limit, BudgetPercent = percent }.Budget);

    private static async Task<bool> TakeAsync(RateBudget budget)
    {
        await budget.AcquireAsync(ApiPriority.Background, Token);
        return true;
    }
}
