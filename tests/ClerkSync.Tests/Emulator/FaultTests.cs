using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Emulator;
using ClerkSync.Signing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Emulator;

public sealed class FaultTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(new(2026, 7, 30, 8, 0, 0, TimeSpan.Zero));
    private ClerkEmulator clerk = null!;
    private ApiCaller api = null!;
    private Receiver receiver = null!;

    public async ValueTask InitializeAsync()
    {
        clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = time, RequestsPerTenSeconds = int.MaxValue }, TestContext.Current.CancellationToken);
        api = new(clerk);
        receiver = new(clerk.SigningSecret, time);
        clerk.DeliverTo(Receiver.Url, receiver.Options);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await clerk.DisposeAsync();
        receiver.Dispose();
    }

    [Fact]
    public async Task A_repeated_message_has_the_same_id()
    {
        clerk.Faults.Next(ClerkFault.Repeat);
        clerk.Users.Create();
        await LaterAsync();
        Assert.Equal((2, 1), (receiver.All.Count, receiver.All.DistinctBy(r => r.Id).Count()));
    }

    [Fact]
    public async Task A_reordered_message_is_overtaken_by_the_next_one()
    {
        clerk.Faults.Next(ClerkFault.Reorder);
        clerk.Users.Update(clerk.Users.Create().Id, []);
        await SettledAsync();
        Assert.Equal(["user.updated", "user.created"], receiver.All.Select(r => r.Type));
    }

    [Fact]
    public async Task A_message_held_back_comes_when_nothing_follows()
    {
        clerk.Faults.Next(ClerkFault.Reorder);
        clerk.Users.Create();
        await SettledAsync();
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task A_delayed_message_comes_when_the_clock_has_moved()
    {
        clerk.Faults.Next(ClerkFault.Delay);
        clerk.Users.Create();
        await SettledAsync();
        Assert.Empty(receiver.All);
        await LaterAsync();
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task A_dropped_message_is_missing_until_it_is_asked_for()
    {
        clerk.Faults.Next(ClerkFault.Drop);
        clerk.Users.Create();
        await LaterAsync();
        Assert.Empty(receiver.All);
        clerk.Endpoints[0].SendMissing();
        await SettledAsync();
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task A_forged_copy_is_not_verified_and_the_real_message_comes()
    {
        clerk.Faults.Next(ClerkFault.Forge);
        clerk.Users.Create();
        await LaterAsync();
        Assert.Equal([false, true], receiver.All.Select(r => r.Webhook.IsVerified));
        Assert.Equal(RefusalReason.SignatureMismatch, receiver.All[0].Webhook.Refusal!.Reason);
    }

    [Fact]
    public async Task Foreign_copies_and_examples_are_signed_but_name_another_instance()
    {
        clerk.Faults.Next(ClerkFault.WrongInstance);
        clerk.Faults.Next(ClerkFault.Example);
        clerk.Users.Create();
        await LaterAsync();
        Assert.All(receiver.All, r => Assert.True(r.Webhook.IsVerified));
        Assert.Equal([clerk.InstanceId + "Foreign", "ins_123", clerk.InstanceId], receiver.All.Select(r => r.Webhook.Event!.InstanceId));
    }

    [Fact]
    public async Task The_same_seed_goes_wrong_in_the_same_way()
    {
        var one = await RunAsync(seed: 7);
        Assert.Equal(one, await RunAsync(seed: 7));
        Assert.NotEqual(one, await RunAsync(seed: 8));

        async Task<string> RunAsync(long seed)
        {
            clerk.Reset();
            receiver.All.Clear();
            clerk.Faults.Seed = seed;
            foreach (var fault in (ClerkFault[])[ClerkFault.Repeat, ClerkFault.Reorder, ClerkFault.Delay, ClerkFault.Drop, ClerkFault.Forge, ClerkFault.WrongInstance, ClerkFault.Example])
                clerk.Faults[fault] = 0.2;
            for (var count = 0; count < 20; count++)
                clerk.Users.Update(clerk.Users.Create().Id, []);
            for (var minute = 0; minute < 12; minute++)
                await LaterAsync();
            return string.Join(' ', receiver.All.Select(r => $"{r.Type}:{r.Webhook.Event?.ObjectId}:{r.Webhook.IsVerified}"));
        }
    }

    [Fact]
    public async Task Too_many_requests_say_when_to_come_again()
    {
        clerk.Faults.Next(ClerkFault.TooManyRequests, path: "users");
        Assert.Equal(200, (await api.GetAsync("organizations")).Status);
        var reply = await api.GetAsync("users");
        Assert.Equal((429, TimeSpan.FromSeconds(1)), (reply.Status, reply.RetryAfter));
        Assert.Equal(200, (await api.GetAsync("users")).Status);
    }

    [Fact]
    public async Task A_server_error_has_an_error_body()
    {
        clerk.Faults.Next(ClerkFault.ServerError, times: 2);
        Assert.InRange((await api.GetAsync("users")).Status, 500, 504);
        Assert.NotNull((await api.GetAsync("users")).Code);
        Assert.Equal(200, (await api.GetAsync("users")).Status);
    }

    [Fact]
    public async Task A_cut_connection_is_seen_by_the_caller()
    {
        for (var count = 0; count < 10; count++)
            clerk.Users.Create();
        clerk.Faults.Next(ClerkFault.CutConnection);
        await Assert.ThrowsAsync<HttpRequestException>(() => api.GetAsync("users"));
        clerk.Faults.Next(ClerkFault.CutConnection);
        using var memory = new ApiCaller(clerk, clerk.CreateHandler());
        await Assert.ThrowsAsync<HttpRequestException>(() => memory.GetAsync("users"));
    }

    [Fact]
    public async Task Truncated_json_comes_as_a_complete_answer()
    {
        clerk.Users.Create();
        clerk.Faults.Next(ClerkFault.TruncatedJson);
        await Assert.ThrowsAnyAsync<JsonException>(() => api.GetAsync("users"));
    }

    [Fact]
    public async Task Pages_may_be_empty_or_lack_a_row()
    {
        for (var count = 0; count < 5; count++)
            clerk.Organizations.Create("Lantern");
        clerk.Faults.Next(ClerkFault.EmptyPage);
        var empty = await api.GetAsync("organizations");
        Assert.Equal((0, 5), (empty.Ids.Count(), empty.Body["total_count"]!.GetValue<int>()));
        clerk.Faults.Next(ClerkFault.HiddenRow);
        Assert.Equal(4, (await api.GetAsync("organizations")).Ids.Count());
        Assert.Equal(5, (await api.GetAsync("organizations")).Ids.Count());
    }

    [Fact]
    public async Task A_slow_answer_waits_for_the_clock()
    {
        clerk.Faults.Next(ClerkFault.SlowAnswer);
        clerk.Faults.SlowFor = TimeSpan.FromMilliseconds(1);
        var reply = api.GetAsync("users");
        while (!reply.IsCompleted)
        {
            time.Advance(clerk.Faults.SlowFor);
            await Task.Yield();
        }

        Assert.IsType<JsonArray>((await reply).Body);
    }

    private Task SettledAsync() => clerk.WhenSettledAsync(TestContext.Current.CancellationToken);

    private async Task LaterAsync()
    {
        await SettledAsync();
        time.Advance(clerk.Faults.LongestDelay);
        await SettledAsync();
    }
}
