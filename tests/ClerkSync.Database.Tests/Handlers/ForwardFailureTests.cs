using System.Text;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Handlers;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>Endpoints that refuse, redirect, hang, never end or are not there. Each run says what happened, and nothing of it is secret.</summary>
public sealed class ForwardFailureTests
{
    private const string Token = "t0k3n-in-the-query";

    [Theory]
    [InlineData(301, true, "answered 301. It redirects, and its Location says where. Forwards follow no redirects: forward to that address itself.")]
    [InlineData(307, true, "answered 307. It redirects, and its Location says where. Forwards follow no redirects: forward to that address itself.")]
    [InlineData(302, false, "answered 302. It redirects without saying where. Forwards follow no redirects.")]
    [InlineData(304, false, "answered 304. It redirects without saying where. Forwards follow no redirects.")]
    public async Task A_redirect_is_a_failure_and_is_not_followed(int status, bool namesLocation, string error)
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        endpoint.Answer = (http, _) =>
        {
            http.Response.StatusCode = status;
            if (namesLocation)
                http.Response.Headers.Location = $"/elsewhere?session={Token}";
            return Task.CompletedTask;
        };
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url), ForwardWorld.First);

        await world.ForwardAsync();

        var run = await world.RunAsync();
        Assert.Equal((RunStates.Retrying, (long)status, $"{endpoint.Url} {error}"), (run.State, run.AnswerStatus, run.Error));
        Assert.Single(endpoint.Received);
    }

    [Theory]
    [InlineData(200, RunStates.Succeeded)]
    [InlineData(299, RunStates.Succeeded)]
    [InlineData(400, RunStates.Retrying)]
    [InlineData(410, RunStates.Retrying)]
    [InlineData(503, RunStates.Retrying)]
    public async Task The_first_KiB_of_an_answer_is_kept_whatever_it_was(int status, string state)
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        endpoint.Answer = (http, _) =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync(new string('a', 1023) + "é and more");
        };
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url), ForwardWorld.First);

        await world.ForwardAsync();

        var run = await world.RunAsync();
        Assert.Equal((state, (long)status, new string('a', 1023)), (run.State, run.AnswerStatus, run.Answer));
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_and_its_connection_given_up()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        var wasAborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        endpoint.Answer = async (http, _) =>
        {
            http.RequestAborted.Register(() => wasAborted.TrySetResult());
            var line = new byte[4096];
            Array.Fill(line, (byte)'x');
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(line, http.RequestAborted);
        };
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url), ForwardWorld.First);

        await world.ForwardAsync();

        Assert.Equal((RunStates.Succeeded, new string('x', 1024)), await world.RunAsync() is var run ? (run.State, run.Answer) : default);
        await wasAborted.Task.WithinLimitAsync("the end of the connection");
    }

    [Theory]
    [InlineData(200, RunStates.Succeeded)]
    [InlineData(500, RunStates.Retrying)]
    public async Task An_answer_that_stops_in_the_middle_counts_by_its_status(int status, string state)
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        endpoint.Answer = async (http, _) =>
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("the beginning");
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        };
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url), ForwardWorld.First);

        var work = world.ForwardAsync();
        await world.Clock.Waits;
        world.Clock.Advance(world.Clock.Awaited);
        await work;

        var run = await world.RunAsync();
        Assert.Equal((state, (long)status), (run.State, run.AnswerStatus));
    }

    [Fact]
    public async Task No_answer_within_the_limit_is_a_failure()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        endpoint.Answer = (http, _) =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        };
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward($"{endpoint.Url}?token={Token}"), ForwardWorld.First);

        var work = world.ForwardAsync();
        await arrived.Task.WithinLimitAsync("a request");
        world.Clock.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(work.IsCompleted);
        world.Clock.Advance(TimeSpan.FromSeconds(0.1));
        await work;

        var run = await world.RunAsync();
        Assert.Equal((RunStates.Retrying, $"{endpoint.Url} did not answer within 15 seconds.", null), (run.State, run.Error, run.AnswerStatus));
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_named()
    {
        var endpoint = await ForwardEndpoint.StartAsync();
        var url = endpoint.Url;
        await endpoint.DisposeAsync();
        await AssertErrorAsync($"{url}?token={Token}", $"{url} cannot be reached: nothing listens there. Start the application, or check the port.");
    }

    [Fact]
    public Task A_host_that_is_not_known_is_named() => AssertErrorAsync(
        $"https://nowhere.invalid/hook?token={Token}", "https://nowhere.invalid/hook cannot be reached: the name nowhere.invalid is not known here. Check the host, or the network's DNS.");

    [Fact]
    public async Task A_server_without_TLS_is_named()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        var url = endpoint.Url.Replace("http://", "https://", StringComparison.Ordinal);
        await AssertErrorAsync($"{url}?token={Token}", $"{url}: the TLS connection failed. ");
    }

    [Fact]
    public async Task A_connection_that_breaks_is_named()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        endpoint.Answer = (http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        await AssertErrorAsync($"{endpoint.Url}?token={Token}", $"The connection to {endpoint.Url} broke before there was an answer.");
    }

    [Fact]
    public async Task Headers_without_end_are_no_answer()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        endpoint.Answer = (http, _) =>
        {
            for (var i = 0; i < 100; i++)
                http.Response.Headers[$"x-{i}"] = new string('h', 1000);
            return Task.CompletedTask;
        };
        await AssertErrorAsync($"{endpoint.Url}?token={Token}", $"{endpoint.Url} answered with more than 32 KiB of headers.");
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two\nlines\tand a \u001b[31mcolour\r", "two\nlines\tand a  [31mcolour ")]
    [InlineData("nothing\0more", "(no text: 12 bytes)")]
    public void What_is_kept_is_fit_for_a_terminal(string answer, string kept) => Assert.Equal(kept, ForwardAnswer.TextOf(Encoding.UTF8.GetBytes(answer)));

    [Fact]
    public void Bytes_that_are_no_text_are_counted()
    {
        Assert.Equal("(no text: 4 bytes)", ForwardAnswer.TextOf([0x89, 0x50, 0x4E, 0x47]));
        Assert.Equal("(no text: more than 1024 bytes)", ForwardAnswer.TextOf([.. Enumerable.Repeat((byte)0xFE, 1025)]));
        Assert.Equal(new string('a', 1022), ForwardAnswer.TextOf([.. Encoding.UTF8.GetBytes(new string('a', 1022) + "🙂")]));
        Assert.Equal("", ForwardAnswer.TextOf([]));
    }

    private static async Task AssertErrorAsync(string address, string error)
    {
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(address, f => f.Headers["Authorization"] = "Bearer hidden-in-a-header"), ForwardWorld.First);

        await world.ForwardAsync();

        var run = await world.RunAsync();
        Assert.Equal(RunStates.Retrying, run.State);
        Assert.StartsWith(error, run.Error, StringComparison.Ordinal);
        Assert.All([run.Error!, world.Logged], text => Assert.All(
            [Token, "hidden-in-a-header", ForwardWorld.First.Reveal(), ForwardWorld.First.Reveal()[6..]], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
        Assert.Contains("failed on attempt 1 with message msg_1", world.Logged, StringComparison.Ordinal);
    }
}
