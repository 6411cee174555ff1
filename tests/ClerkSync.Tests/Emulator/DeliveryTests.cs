using System.Net;
using ClerkSync.Emulator;
using ClerkSync.Signing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Emulator;

public sealed class DeliveryTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(new(2026, 7, 30, 8, 0, 0, TimeSpan.Zero));
    private ClerkEmulator clerk = null!;
    private Receiver receiver = null!;

    public async ValueTask InitializeAsync()
    {
        clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = time }, TestContext.Current.CancellationToken);
        receiver = new(clerk.SigningSecret, time);
    }

    public async ValueTask DisposeAsync()
    {
        await clerk.DisposeAsync();
        receiver.Dispose();
    }

    [Fact]
    public async Task A_failed_delivery_is_tried_eight_times_over_a_day()
    {
        clerk.DeliverTo(Receiver.Url, receiver.Options);
        receiver.AnswerNext([.. Enumerable.Repeat(HttpStatusCode.BadRequest, 8)]);
        clerk.Users.Create();
        await SettledAsync();
        foreach (var wait in (TimeSpan[])[Seconds(5), Minutes(5), Minutes(30), Minutes(120), Minutes(300), Minutes(600), Minutes(600), Minutes(6000)])
        {
            time.Advance(wait - TimeSpan.FromMilliseconds(1));
            await SettledAsync();
            var before = receiver.All.Count;
            time.Advance(TimeSpan.FromMilliseconds(1));
            await SettledAsync();
            Assert.Equal(wait == Minutes(6000) ? before : before + 1, receiver.All.Count);
        }

        Assert.Equal(8, receiver.All.Count);
        Assert.Single(receiver.All.DistinctBy(r => r.Id));
        Assert.Equal(8, receiver.All.DistinctBy(r => r.Header("svix-timestamp")).Count());
        Assert.Equal(8, receiver.All.DistinctBy(r => r.Header("svix-signature")).Count());
        Assert.All(receiver.All, r => Assert.True(r.Webhook.IsVerified));
    }

    [Theory]
    [InlineData(HttpStatusCode.NoContent, true)]
    [InlineData(HttpStatusCode.Found, false)]
    [InlineData(HttpStatusCode.NotFound, false)]
    [InlineData(HttpStatusCode.ServiceUnavailable, false)]
    public async Task Only_200_to_299_is_a_success(HttpStatusCode status, bool isSuccess)
    {
        var endpoint = clerk.DeliverTo(Receiver.Url, receiver.Options);
        receiver.AnswerNext(status);
        clerk.Users.Create();
        await SettledAsync();
        Assert.Equal(isSuccess, endpoint.Attempts.Single().IsSuccess);
        time.Advance(Seconds(5));
        await SettledAsync();
        Assert.Equal(isSuccess ? 1 : 2, receiver.All.Count);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_tried_again()
    {
        var endpoint = clerk.DeliverTo(new("http://127.0.0.1:1/"));
        clerk.Users.Create();
        await SettledAsync();
        Assert.Equal((null, nameof(HttpRequestException)), (endpoint.Attempts.Single().Status, endpoint.Attempts.Single().Error));
    }

    [Theory]
    [InlineData("abort-message", true)]
    [InlineData("disable", false)]
    public async Task A_receiver_may_ask_for_no_more(string wish, bool isEnabled)
    {
        var endpoint = clerk.DeliverTo(Receiver.Url, receiver.Options);
        receiver.AnswerNext(HttpStatusCode.BadRequest);
        receiver.AnswerHeaders["webhook-delivery"] = wish;
        clerk.Users.Create();
        await SettledAsync();
        time.Advance(Minutes(600));
        await SettledAsync();
        Assert.Single(receiver.All);
        Assert.Equal(isEnabled, endpoint.IsEnabled);
    }

    [Fact]
    public async Task During_a_rotation_every_secret_signs()
    {
        var other = SigningSecret.Create().Reveal();
        using var second = new Receiver(other, time);
        clerk.DeliverTo(Receiver.Url, receiver.Options with { Secrets = $"{clerk.SigningSecret} {other}" });
        var rotated = clerk.DeliverTo(Receiver.Url, second.Options);
        rotated.Rotate($"{clerk.SigningSecret},{other}");
        clerk.Users.Create();
        await SettledAsync();
        Assert.True(receiver.All.Single().Webhook.IsVerified);
        Assert.True(second.All.Single().Webhook.IsVerified);
        Assert.Equal(2, second.All.Single().Header("svix-signature").Split(' ').Length);
        Assert.Equal(receiver.All.Single().Id, second.All.Single().Id);
    }

    [Fact]
    public async Task An_endpoint_gets_the_events_it_asked_for()
    {
        clerk.DeliverTo(Receiver.Url, receiver.Options with { EventTypes = ["user.deleted"] });
        clerk.Users.Delete(clerk.Users.Create().Id);
        await SettledAsync();
        Assert.Equal(["user.deleted"], receiver.All.Select(r => r.Type));
    }

    [Fact]
    public async Task What_happened_while_the_endpoint_was_disabled_comes_when_asked_for()
    {
        var endpoint = clerk.DeliverTo(Receiver.Url, receiver.Options);
        endpoint.IsEnabled = false;
        var user = clerk.Users.Create();
        await SettledAsync();
        endpoint.IsEnabled = true;
        receiver.AnswerNext(HttpStatusCode.InternalServerError);
        clerk.Users.Delete(user.Id);
        await SettledAsync();
        Assert.Equal(["user.deleted"], receiver.All.Select(r => r.Type));

        endpoint.SendMissing();
        await SettledAsync();
        Assert.Equal(["user.deleted", "user.created"], receiver.All.Select(r => r.Type));
        endpoint.Recover();
        endpoint.Recover();
        await SettledAsync();
        endpoint.Recover();
        await SettledAsync();
        Assert.Equal(4, receiver.All.Count);
        endpoint.Resend(clerk.Messages[0].Id);
        await SettledAsync();
        Assert.Equal(clerk.Messages[0].Id, receiver.All[^1].Id);
        Assert.Throws<ClerkEmulatorException>(() => endpoint.Resend("msg_0"));
    }

    private Task SettledAsync() => clerk.WhenSettledAsync(TestContext.Current.CancellationToken);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
}
