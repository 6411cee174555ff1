using System.Net;
using System.Net.Sockets;
using System.Text;
using ClerkSync.Cli.Relaying;
using ClerkSync.Emulator;
using ClerkSync.Emulator.Relay;

namespace ClerkSync.Tests.Relaying;

/// <summary>The relay's protocol, and everything that may be wrong with a frame.</summary>
public sealed class RelayClientTests : IAsyncLifetime
{
    private RelayWorld _world = null!;

    public static TheoryData<RelayFault> Faults => [.. Enum.GetValues<RelayFault>()];

    public async ValueTask InitializeAsync() => _world = await RelayWorld.StartAsync();

    public async ValueTask DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_request_goes_to_the_handler_and_its_answer_comes_back()
    {
        _world.Relay.IsStrict = true;
        var run = await _world.ConnectAsync((_, _) => Task.FromResult(new RelayReply(202, [new("x-seen", "yes"), new("content-type", "text/plain")], "done"u8.ToArray())));

        using var response = await _world.PostAsync("""{"type":"user.created"}"""u8.ToArray());

        Assert.Equal((HttpStatusCode.Accepted, "done"), (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal("yes", response.Headers.GetValues("x-seen").Single());
        var request = Assert.Single(run.Requests);
        Assert.Equal(("POST", """{"type":"user.created"}"""), (request.Method, Encoding.UTF8.GetString(request.Body.Span)));
        Assert.Equal(("msg_1", "application/json"), (request.Header("Svix-Id"), request.Header("content-type")));
        Assert.Equal([RelayWorld.Token], _world.Server.Starts);
        Assert.Empty(_world.Server.Problems);
    }

    [Fact]
    public async Task Bytes_stay_bytes_in_both_directions()
    {
        var run = await _world.ConnectAsync((request, _) => Task.FromResult(new RelayReply(200, [], request.Body)));
        byte[][] bodies = [[], [0xff, 0x00, 0xfe, 0xc3, 0x28, 0x0a], new byte[1024 * 1024]];
        new Random(1).NextBytes(bodies[2]);

        foreach (var body in bodies)
        {
            using var response = await _world.PostAsync(body);
            Assert.Equal(body, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            Assert.Equal(body, run.Requests[^1].Body.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Whatever_is_wrong_with_a_frame_the_next_one_is_answered(RelayFault fault)
    {
        var run = await _world.ConnectAsync();
        _world.Relay.Next(fault);

        using var first = await _world.PostAsync("{}"u8.ToArray());
        using var second = await _world.PostAsync("{}"u8.ToArray());

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(2, run.Requests.Count);
        Assert.All(run.Requests, request => Assert.Equal("POST", request.Method));
        Assert.Equal(fault == RelayFault.WithoutBody ? 0 : 2, run.Requests[0].Body.Length);
        Assert.Equal(fault == RelayFault.WithoutHeaders, run.Requests[0].Headers.Count == 0);
        Assert.Empty(_world.Server.Problems);
    }

    [Fact]
    public async Task Several_are_answered_at_once_in_whatever_order_they_end()
    {
        var gates = new Dictionary<string, TaskCompletionSource>(StringComparer.Ordinal) { ["1"] = new(), ["2"] = new(), ["3"] = new() };
        await _world.ConnectAsync(async (request, ct) =>
        {
            await gates[Encoding.UTF8.GetString(request.Body.Span)].Task.WaitAsync(ct);
            return new(200, [], request.Body);
        });

        var open = gates.Keys.ToDictionary(name => name, name => _world.PostAsync(Encoding.UTF8.GetBytes(name)), StringComparer.Ordinal);
        foreach (var name in (string[])["3", "1", "2"])
        {
            gates[name].SetResult();
            using var response = await open[name];
            Assert.Equal(name, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task More_than_can_wait_are_refused_and_none_goes_without_an_answer()
    {
        var gate = new TaskCompletionSource();
        var outbox = new RelayOutbox(TimeProvider.System);
        using var forwards = new RelayForwards(
            async (_, ct) =>
            {
                await gate.Task.WaitAsync(ct);
                return new(200, [], default);
            },
            outbox);
        for (var i = 0; i < RelayForwards.Parallel + RelayForwards.Waiting + 3; i++)
            forwards.Begin($"f{i}", new("POST", [], default));
        gate.SetResult();
        await forwards.WhenDoneAsync();

        List<string> frames = [];
        using var stop = new CancellationTokenSource();
        var sending = outbox.SendAllAsync(
            frame =>
            {
                frames.Add(Encoding.UTF8.GetString(frame));
                return Task.CompletedTask;
            },
            stop.Token);
        await outbox.WhenEmptyAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        Assert.Equal(3, frames.Count(frame => frame.Contains("\"status\":503", StringComparison.Ordinal)));
        Assert.Equal(RelayForwards.Parallel + RelayForwards.Waiting, frames.Count(frame => frame.Contains("\"status\":200", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_body_that_is_not_base64_is_answered_and_a_frame_that_is_too_long_left_out()
    {
        var run = await _world.ConnectAsync();
        _world.Server.ForEach(null, listener => _ = listener.SendAsync(FrameKind.Text, """{"type":"event","version":1,"data":{"id":"f","body":"%%%"}}"""u8.ToArray(), default));
        Assert.Contains("base64", (await run.NextAsync<RelayNews.Skipped>()).Why, StringComparison.Ordinal);
        _world.Server.ForEach(null, listener => _ = listener.SendAsync(FrameKind.Text, new byte[RelayConnection.LongestFrame + 1], default));
        Assert.Contains("8388608 bytes", (await run.NextAsync<RelayNews.Skipped>()).Why, StringComparison.Ordinal);

        using var response = await _world.PostAsync("{}"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task An_exception_of_the_handler_is_an_answer()
    {
        await _world.ConnectAsync((_, _) => throw new InvalidTimeZoneException("secret"));

        using var response = await _world.PostAsync("{}"u8.ToArray());

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pings_of_the_relay_are_answered_and_its_client_pings_too()
    {
        var run = _world.Start(ping: TimeSpan.FromMilliseconds(20));
        await run.NextAsync<RelayNews.Connected>();
        await _world.WhenAsync(() => _world.Server.Pings > 1);
        for (var i = 1; i <= 3; i++)
        {
            _world.RelayClock.Advance(TimeSpan.FromSeconds(20));
            await _world.WhenAsync(() => _world.Server.Pongs >= i);
        }

        Assert.Equal([RelayWorld.Token], _world.Relay.Tokens);
    }

    [Fact]
    public async Task Its_end_waits_for_the_handler_and_takes_leave()
    {
        var gate = new TaskCompletionSource();
        var run = await _world.ConnectAsync(async (_, ct) =>
        {
            await gate.Task.WaitAsync(ct);
            return new(200, [], default);
        });
        var open = _world.PostAsync("{}"u8.ToArray());
        await run.ArrivedAsync();
        run.Stop();
        Assert.False(run.Ended.IsCompleted);
        gate.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await open).StatusCode);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Ended);
        await _world.WhenAsync(() => _world.Server.Closes.Count == 1);
        Assert.Equal([1000], _world.Server.Closes);
    }

    [Fact]
    public async Task Its_end_waits_two_seconds_and_no_longer()
    {
        var run = await _world.ConnectAsync(async (_, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            return new(200, [], default);
        });
        var open = _world.PostAsync("{}"u8.ToArray());
        await run.ArrivedAsync();
        run.Clock.Forget();
        run.Stop();
        await run.Clock.PassAsync(RelayTiming.Farewell);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Ended);
        Assert.Equal(HttpStatusCode.BadGateway, (await open).StatusCode);
    }

    [Fact]
    public async Task A_redirect_of_the_upgrade_is_not_followed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
#pragma warning disable CA2025 // It is waited for below, before the listener is disposed.
        var redirecting = RedirectAsync(listener, _world.Clerk.RelayUrl);
#pragma warning restore CA2025
        var run = new RelayRun(RelayAddress.Parse($"ws://{listener.LocalEndpoint}/api/v1/listen/"), new(RelayWorld.Token, IsPinned: true), (_, _) => Task.FromResult(new RelayReply(200, [], default)), ping: null);
        try
        {
            await Task.WhenAny(run.NextAsync<RelayNews>(), _world.WhenAsync(() => _world.Server.Starts.Count > 0));

            Assert.Empty(_world.Server.Starts);
        }
        finally
        {
            listener.Stop();
            await run.EndAsync();
            await Task.WhenAny(redirecting);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_relay_that_serves_another_token_is_told_once(bool isPinned)
    {
        _world.Relay.WithholdsStart = true;
        var run = _world.Start(isPinned: isPinned);
        var inbox = _world.Relay.InboxOf("c_Other00001");
        await ServeOtherAsync(1);
        Assert.Equal(inbox, (await run.NextAsync<RelayNews.TokenChanged>()).Inbox);
        Assert.Equal(inbox, (await run.NextAsync<RelayNews.Connected>()).Inbox);
        _world.Relay.Drop();
        await run.NextAsync<RelayNews.Lost>();
        await _world.WhenAsync(() => _world.Relay.Tokens.Count == 0);
        await run.Clock.PassAsync(RelayTiming.WaitAfter(1));
        await ServeOtherAsync(2);

        var next = await run.NextAsync<RelayNews>();

        Assert.Equal(new RelayNews.Connected(inbox), next);
        Assert.Equal(isPinned ? RelayWorld.Token : "c_Other00001", _world.Server.Starts[^1]);

        async Task ServeOtherAsync(int connections)
        {
            await _world.WhenAsync(() => _world.Server.Starts.Count == connections && _world.Relay.Tokens.Count == 1);
            _world.Server.ForEach(null, listener => _ = listener.SendAsync(FrameKind.Text, RelayFrames.Start("c_Other00001"), default));
        }
    }

    private static async Task RedirectAsync(TcpListener listener, Uri to)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            _ = await stream.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"), TestContext.Current.CancellationToken);
            _ = await stream.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
        }
    }
}
