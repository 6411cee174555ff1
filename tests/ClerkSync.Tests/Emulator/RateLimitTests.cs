using System.Text.Json.Nodes;
using ClerkSync.Emulator;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Emulator;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider time = new(new(2026, 7, 30, 8, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("sk_test_x", 100)]
    [InlineData("sk_live_x", 1000)]
    public async Task Requests_of_ten_seconds_are_counted_by_the_emulators_clock(string key, int limit)
    {
        await using var clerk = await StartAsync(key);
        using var api = new ApiCaller(clerk);
        for (var count = 0; count < limit; count++)
            Assert.Equal(200, (await api.GetAsync("users")).Status);
        time.Advance(TimeSpan.FromSeconds(4));
        var reply = await api.GetAsync("users");
        Assert.Equal((429, TimeSpan.FromSeconds(6)), (reply.Status, reply.RetryAfter));
        Assert.Equal(200, (await api.GetAsync("jwks")).Status);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(200, (await api.GetAsync("users")).Status);
    }

    [Fact]
    public async Task One_user_is_changed_ten_times_in_ten_seconds()
    {
        await using var clerk = await StartAsync("sk_live_x");
        using var api = new ApiCaller(clerk);
        var user = clerk.Users.Create();
        for (var count = 0; count < 10; count++)
            Assert.Equal(200, (await api.SendAsync(HttpMethod.Patch, $"users/{user.Id}", new JsonObject())).Status);
        Assert.Equal(429, (await api.SendAsync(HttpMethod.Patch, $"users/{user.Id}", new JsonObject())).Status);
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Patch, $"users/{clerk.Users.Create().Id}", new JsonObject())).Status);
    }

    [Fact]
    public async Task The_date_of_an_answer_is_that_of_the_emulators_clock()
    {
        await using var clerk = await StartAsync("sk_test_x");
        using var api = new ApiCaller(clerk);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(time.GetUtcNow(), (await api.GetAsync("users")).Date);
        for (var count = 0; count < 2500; count++)
            clerk.Users.Create();
        Assert.True((await api.GetAsync("users")).Date >= time.GetUtcNow().AddSeconds(2), "changes have distinct times, and no answer is older than what it shows");
    }

    private Task<ClerkEmulator> StartAsync(string key) => ClerkEmulator.StartAsync(new() { TimeProvider = time, SecretKey = key }, TestContext.Current.CancellationToken);
}
