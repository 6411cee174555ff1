using System.Net;
using ClerkSync.Cli;
using ClerkSync.Cli.Relaying;

namespace ClerkSync.Tests.Relaying;

/// <summary>Connections that break, tokens that are in use, relays that say nothing.</summary>
public sealed class RelayFaultTests : IAsyncLifetime
{
    private const string InUse = "This socket is already in use";

    private RelayWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await RelayWorld.StartAsync();

    public async ValueTask DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1006)]
    [InlineData(1008)]
    [InlineData(1011)]
    public async Task However_a_connection_ends_the_next_one_has_the_same_token(int code)
    {
        var run = await _world.ConnectAsync();
        if (code == 1006)
            _world.Relay.Drop();
        else
            _world.Relay.Close(code, code == 1008 ? InUse : null);
        Assert.NotEmpty((await run.NextAsync<RelayNews.Lost>()).Why);

        Assert.Equal(_world.Relay.InboxOf(RelayWorld.Token), await run.ReconnectAsync());

        using var response = await _world.PostAsync("{}"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([RelayWorld.Token, RelayWorld.Token], _world.Server.Starts);
    }

    [Fact]
    public async Task What_the_relay_still_has_is_answered_once_after_a_drop()
    {
        _world.Relay.KeepsUnanswered = true;
        var gate = new TaskCompletionSource();
        var run = await _world.ConnectAsync(async (_, ct) =>
        {
            await gate.Task.WaitAsync(ct);
            return new(200, [], "late"u8.ToArray());
        });
        var open = _world.PostAsync("{}"u8.ToArray());
        await run.ArrivedAsync();

        _world.Relay.Drop();
        await run.NextAsync<RelayNews.Lost>();
        await run.ReconnectAsync();
        gate.SetResult();

        using var response = await open;
        Assert.Equal((HttpStatusCode.OK, "late"), (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Single(run.Requests);
    }

    [Fact]
    public async Task An_answer_that_ends_without_a_connection_goes_over_the_next_one()
    {
        _world.Relay.KeepsUnanswered = true;
        var gate = new TaskCompletionSource();
        var run = await _world.ConnectAsync(async (_, ct) =>
        {
            await gate.Task.WaitAsync(ct);
            return new(200, [], default);
        });
        var open = _world.PostAsync("{}"u8.ToArray());
        await run.ArrivedAsync();
        _world.Relay.Drop();
        await run.NextAsync<RelayNews.Lost>();
        gate.SetResult();
        await run.ReconnectAsync();

        Assert.Equal(HttpStatusCode.OK, (await open).StatusCode);
    }

    [Fact]
    public async Task What_arrives_while_nobody_listens_comes_again_by_the_senders_retry()
    {
        _world.Clerk.DeliverTo(_world.Relay.InboxOf(RelayWorld.Token));
        _world.Clerk.Users.Create("mara@example.com");
        await _world.Clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        Assert.Equal([502], _world.Clerk.Endpoints[0].Attempts.Select(attempt => attempt.Status));

        var run = await _world.ConnectAsync();
        _world.RelayClock.Advance(TimeSpan.FromSeconds(10));
        await _world.Clerk.WhenSettledAsync(TestContext.Current.CancellationToken);

        Assert.Equal(200, _world.Clerk.Endpoints[0].Attempts[^1].Status);
        Assert.Equal(_world.Clerk.Messages[0].Body.ToArray(), run.Requests[^1].Body.ToArray());
    }

    [Fact]
    public async Task A_token_that_is_pinned_is_never_changed()
    {
        await _world.ConnectAsync();
        var second = _world.Start(isPinned: true);
        for (var failures = 1; !second.Ended.IsCompleted && failures < 20; failures++)
        {
            Assert.Contains("another program", (await second.NextAsync<RelayNews.Lost>()).Why, StringComparison.Ordinal);
            if (second.Clock.GetUtcNow() - new WatchedClock().GetUtcNow() >= RelayTiming.FirstConnection)
                break;
            await second.Clock.PassAsync(RelayTiming.WaitAfter(failures));
        }

        var error = await Assert.ThrowsAsync<CliException>(() => second.Ended);
        Assert.Equal(("token_in_use", 1), (error.Code, error.ExitCode));
        Assert.All(_world.Server.Starts, token => Assert.Equal(RelayWorld.Token, token));
    }

    [Fact]
    public async Task A_kept_token_that_another_program_holds_gives_way_for_this_run()
    {
        await _world.ConnectAsync();
        var second = _world.Start();
        var changed = second.NextAsync<RelayNews.TokenChanged>();
        for (var failures = 1; !changed.IsCompleted && failures < 20; failures++)
        {
            var attempts = failures;
            await _world.WhenAsync(() => changed.IsCompleted || _world.Server.Starts.Count > attempts);
            var passed = second.Clock.PassAsync(RelayTiming.WaitAfter(failures));
            await Task.WhenAny(passed, changed);
        }

        var inbox = (await changed).Inbox;
        Assert.NotEqual(_world.Relay.InboxOf(RelayWorld.Token), inbox);
        Assert.Equal(inbox, (await second.NextAsync<RelayNews.Connected>()).Inbox);
        Assert.Equal(2, _world.Relay.Tokens.Count);
    }

    [Fact]
    public async Task A_dead_socket_of_our_own_is_waited_for()
    {
        var first = await _world.ConnectAsync();
        var second = _world.Start();
        await second.NextAsync<RelayNews.Lost>();
        first.Stop();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Ended);
        await _world.WhenAsync(() => _world.Relay.Tokens.Count == 0);

        Assert.Equal(_world.Relay.InboxOf(RelayWorld.Token), await second.ReconnectAsync());
    }

    [Fact]
    public async Task A_relay_that_says_nothing_is_left()
    {
        var run = await _world.ConnectAsync();
        _world.Relay.IsSilent = true;
        run.Clock.PassInSteps(RelayTiming.Silence);

        Assert.Contains("silent", (await run.NextAsync<RelayNews.Lost>()).Why, StringComparison.Ordinal);
        _world.Relay.IsSilent = false;
        _world.Relay.Drop();
        await _world.WhenAsync(() => _world.Relay.Tokens.Count == 0);
        await run.ReconnectAsync();
        Assert.Equal([RelayWorld.Token], _world.Relay.Tokens);
    }

    [Fact]
    public async Task After_sleep_it_connects_anew_with_the_same_token()
    {
        var run = await _world.ConnectAsync();
        run.Clock.AdjustTime(run.Clock.GetUtcNow() + TimeSpan.FromHours(8));
        run.Clock.Advance(RelayTiming.Watch);

        Assert.Equal("The machine slept.", (await run.NextAsync<RelayNews.Lost>()).Why);
        await _world.WhenAsync(() => _world.Relay.Tokens.Count == 0);
        Assert.Equal(_world.Relay.InboxOf(RelayWorld.Token), await run.ReconnectAsync());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(502)]
    public async Task A_relay_that_turns_clients_away_is_tried_for_half_a_minute(int status)
    {
        _world.Relay.RefuseWith = status;
        var run = _world.Start();
        for (var failures = 1; !run.Ended.IsCompleted && failures < 20; failures++)
        {
            Assert.Contains($"answered {status}", (await run.NextAsync<RelayNews.Lost>()).Why, StringComparison.Ordinal);
            if (run.Clock.GetUtcNow() - new WatchedClock().GetUtcNow() >= RelayTiming.FirstConnection)
                break;
            await run.Clock.PassAsync(RelayTiming.WaitAfter(failures));
        }

        var error = await Assert.ThrowsAsync<CliException>(() => run.Ended);
        Assert.Equal(("relay_unreachable", 1), (error.Code, error.ExitCode));
    }

    [Fact]
    public async Task A_relay_that_does_not_come_to_the_upgrade_is_given_up()
    {
        _world.Relay.AcceptDelay = TimeSpan.FromHours(1);
        var run = _world.Start();
        await run.Clock.PassAsync(RelayTiming.Attempt);
        Assert.Contains("does not answer", (await run.NextAsync<RelayNews.Lost>()).Why, StringComparison.Ordinal);

        _world.Relay.AcceptDelay = TimeSpan.Zero;
        await run.ReconnectAsync();
    }

    [Fact]
    public async Task Without_a_start_frame_it_listens_after_a_while_or_with_the_first_event()
    {
        _world.Relay.WithholdsStart = true;
        var patient = _world.Start();
        await patient.Clock.PassAsync(RelayTiming.StartAnswer);
        await patient.NextAsync<RelayNews.Connected>();

        var other = _world.Start(token: "c_Relay00002");
        await _world.WhenAsync(() => _world.Relay.Tokens.Count == 2);
        using var response = await _world.PostAsync("{}"u8.ToArray(), "c_Relay00002");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await other.NextAsync<RelayNews.Connected>();
    }

    [Fact]
    public async Task A_token_that_was_good_between_two_refusals_is_not_given_up()
    {
        var run = await _world.ConnectAsync();
        _world.Relay.Close(1008, "This socket is already in use");
        await run.NextAsync<RelayNews.Lost>();
        await run.ReconnectAsync();

        // two minutes with a good connection
        for (var pings = 1; pings <= 6; pings++)
        {
            run.Clock.PassInSteps(TimeSpan.FromSeconds(20));
            _world.RelayClock.Advance(TimeSpan.FromSeconds(20));
            var answered = pings;
            await _world.WhenAsync(() => _world.Server.Pongs >= answered);
        }

        _world.Relay.Close(1008, "This socket is already in use");
        await run.NextAsync<RelayNews.Lost>();
        var next = run.NextAsync<RelayNews.Connected>();
        _ = run.Clock.PassAsync(RelayTiming.WaitAfter(1));
        _ = run.Clock.PassAsync(RelayTiming.WaitAfter(2));
        _ = run.Clock.PassAsync(RelayTiming.WaitAfter(3));

        Assert.Equal(_world.Relay.InboxOf(RelayWorld.Token), (await next).Inbox);
    }

    [Theory]
    [InlineData("Too many\u001brequests", "code 1008: Too many requests")]
    [InlineData("c_Relay00001 is not welcome", "code 1008: c_… is not welcome")]
    [InlineData(null, "code 1008)")]
    public async Task Another_reason_of_1008_is_not_called_another_program(string? reason, string shown)
    {
        var run = await _world.ConnectAsync();
        _world.Relay.Close(1008, reason);

        Assert.Contains(shown, (await run.NextAsync<RelayNews.Lost>()).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_answer_waits_for_a_connection_is_not_begun_again()
    {
        _world.Relay.KeepsUnanswered = true;
        var gate = new TaskCompletionSource();
        var run = await _world.ConnectAsync(async (_, ct) =>
        {
            await gate.Task.WaitAsync(ct);
            return new(200, [], default);
        });
        var open = _world.PostAsync("{}"u8.ToArray());
        await run.ArrivedAsync();
        _world.Relay.Drop();
        await run.NextAsync<RelayNews.Lost>();
        gate.SetResult();
        await run.ReconnectAsync();
        Assert.Equal(HttpStatusCode.OK, (await open).StatusCode);
        using var other = await _world.PostAsync("{}"u8.ToArray());

        Assert.Equal(2, run.Requests.Count);
    }
}
