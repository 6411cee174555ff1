using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Signing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>What is posted, to whom, and with which signature.</summary>
public sealed class ForwardTests
{
    private static readonly string[] Ids = ["svix-id", "webhook-id"];

    [Fact]
    public async Task Clerks_own_bytes_arrive_with_both_families_of_headers()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url + "?tenant=7", f => f.Headers["Authorization"] = "Bearer of-the-user"), ForwardWorld.First);
        string[] names = [.. Samples.Names, .. Samples.Variants];

        for (var i = 0; i < names.Length; i++)
            await world.Engine.ReceiveAsync("msg_" + names[i], SampleWorld.Of(names[i], i).Body);
        await world.WorkAsync();

        Assert.Equal(names.Except(["user.created.dashboard-example"]).Order(StringComparer.Ordinal), endpoint.Received.Select(r => r.Headers["svix-id"][4..]).Order(StringComparer.Ordinal));
        foreach (var request in endpoint.Received)
        {
            Assert.Equal(("POST", "/hook?tenant=7"), (request.Method, request.Target));
            Assert.Equal(await world.Engine.Inbox.PayloadAsync(request.Headers["svix-id"], CancellationToken.None), request.Body);
            Assert.Equal(world.Clock.GetUtcNow().ToUnixTimeSeconds(), request.Timestamp);
            foreach (var (svix, webhook) in new[] { ("svix-id", "webhook-id"), ("svix-timestamp", "webhook-timestamp"), ("svix-signature", "webhook-signature") })
                Assert.Equal(request.Headers[svix], request.Headers[webhook]);
            Assert.Equal(("application/json", "Bearer of-the-user"), (request.Headers["content-type"], request.Headers["authorization"]));
            Assert.StartsWith("ClerkSync/", request.Headers["user-agent"], StringComparison.Ordinal);
            Assert.True(request.IsAcceptedBy(new(ForwardWorld.First), world.Clock));
        }

        var escaped = Assert.Single(endpoint.Received, r => r.Headers["svix-id"] == "msg_organizationMembership.created.unicode-escapes");
        Assert.Equal(SampleWorld.Of("organizationMembership.created.unicode-escapes", Array.IndexOf(names, "organizationMembership.created.unicode-escapes")).Body, escaped.Body);
        Assert.All(await world.RunsAsync(), r => Assert.Equal((RunStates.Succeeded, 200L, "fine"), (r.State, r.AnswerStatus, r.Answer)));
    }

    [Fact]
    public async Task With_data_protection_a_route_that_sends_Clerks_messages_itself_gets_them_whole()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        await using var world = await ForwardWorld.StartAsync(
            b =>
            {
                b.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
                b.AddForward(endpoint.Url);
            },
            ForwardWorld.First);

        foreach (var name in SecretMembers.NeededWhole)
            await world.Engine.ReceiveAsync("msg_" + name, Samples.Read(name));
        await world.WorkAsync();

        Assert.Equal(SecretMembers.NeededWhole.Order(StringComparer.Ordinal), endpoint.Received.Select(r => r.Headers["svix-id"][4..]).Order(StringComparer.Ordinal));
        Assert.All(endpoint.Received, r => Assert.Equal(Samples.Read(r.Headers["svix-id"][4..]), r.Body));
        Assert.All(endpoint.Received, r => Assert.True(r.IsAcceptedBy(new(ForwardWorld.First), world.Clock)));
    }

    [Fact]
    public async Task Each_attempt_is_signed_anew_with_the_time_of_the_attempt()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        endpoint.Answer = (http, n) =>
        {
            http.Response.StatusCode = n switch { 1 => 500, 2 => 404, _ => 204 };
            return n < 3 ? http.Response.WriteAsync($"answer {n}") : Task.CompletedTask;
        };
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url, f => f.Jitter = 0), ForwardWorld.First);

        await world.ForwardAsync();
        var first = await world.RunAsync();
        Assert.Equal((RunStates.Retrying, 500L, "answer 1", $"{endpoint.Url} answered 500."), (first.State, first.AnswerStatus, first.Answer, first.Error));
        world.Clock.Advance(TimeSpan.FromSeconds(5));
        await world.WorkAsync();
        Assert.Equal("answer 2", (await world.RunAsync()).Answer);
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        await world.WorkAsync();

        var run = await world.RunAsync();
        Assert.Equal((RunStates.Succeeded, 204L, ""), (run.State, run.AnswerStatus, run.Answer));
        Assert.Equal([500, 404, 204], run.History.Select(a => a.Status));
        ForwardedRequest[] requests = [.. endpoint.Received];
        Assert.Equal([0, 5, 35], requests.Select(r => r.Timestamp - requests[0].Timestamp));
        Assert.Equal(3, requests.Select(r => r.Headers["svix-signature"]).Distinct(StringComparer.Ordinal).Count());
        Assert.All(requests, r => Assert.True(r.IsAcceptedBy(new(ForwardWorld.First), world.Clock)));
        Assert.Equal(["msg_1"], requests.SelectMany(r => Ids.Select(i => r.Headers[i])).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_receivers_first_secret_signs_and_its_rotation_counts_at_once()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url), ForwardWorld.First, ForwardWorld.Second);

        await world.ForwardAsync("msg_1", "user_1");
        world.Verifier.Secrets = new(ForwardWorld.Second);
        await world.ForwardAsync("msg_2", "user_2");

        Assert.Equal([true, false], endpoint.Received.Select(r => r.IsAcceptedBy(new(ForwardWorld.First), world.Clock)));
        Assert.Equal([false, true], endpoint.Received.Select(r => r.IsAcceptedBy(new(ForwardWorld.Second), world.Clock)));
    }

    [Fact]
    public async Task A_secret_of_its_own_signs_and_of_several_each()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        SigningSecret old = SigningSecret.Create(), next = SigningSecret.Create();
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url, f => f.Secret = $"{old.Reveal()} {next.Reveal()}"), ForwardWorld.First);

        await world.ForwardAsync();

        var request = Assert.Single(endpoint.Received);
        Assert.Equal([true, true, false], new[] { old, next, ForwardWorld.First }.Select(s => request.IsAcceptedBy(new(s), world.Clock)));
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_sent_and_the_run_says_what_to_do()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(endpoint.Url, f => f.Jitter = 0));

        await world.ForwardAsync();
        var run = await world.RunAsync();
        Assert.Equal((RunStates.Retrying, ForwardFailure.NoSecret, null), (run.State, run.Error, run.Answer));
        Assert.Empty(endpoint.Received);

        world.Verifier.Secrets = new(ForwardWorld.First);
        world.Clock.Advance(TimeSpan.FromSeconds(5));
        await world.WorkAsync();
        Assert.Single(endpoint.Received);
    }

    [Fact]
    public async Task Each_target_gets_the_events_that_it_asks_for()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        await using var world = await ForwardWorld.StartAsync(
            b => b
                .AddForward($"{endpoint.Address}/all")
                .AddForward($"{endpoint.Address}/users", f => f.ForTypes("user.*"))
                .AddForward($"{endpoint.Address}/some", f => f.ForTypes("session.created", "email.created")),
            ForwardWorld.First);
        string[] names = [.. Samples.Names, "unknown.event"];

        foreach (var name in names)
            await world.Engine.ReceiveAsync("msg_" + name, Samples.Read(name));
        while (await world.WorkAsync() > 0)
        {
            // Objects that samples share have one event after the other.
        }

        string[] types = [.. names.Select(Samples.TypeOf).Order(StringComparer.Ordinal)];
        Assert.Equal(types, TypesAt("/all"));
        Assert.Equal(types.Where(t => t.StartsWith("user.", StringComparison.Ordinal)), TypesAt("/users"));
        Assert.Equal(["email.created", "session.created"], TypesAt("/some"));

        IEnumerable<string> TypesAt(string target) => endpoint.Received.Where(r => r.Target == target)
            .Select(r => System.Text.Json.Nodes.JsonNode.Parse(r.Body)!["type"]!.GetValue<string>()).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_target_that_is_down_holds_up_no_other()
    {
        await using var endpoint = await ForwardEndpoint.StartAsync();
        await using var down = await ForwardEndpoint.StartAsync();
        var address = down.Url;
        await down.DisposeAsync();
        await using var world = await ForwardWorld.StartAsync(b => b.AddForward(address, f => f.Name = "down").AddForward(endpoint.Url, f => f.Name = "up"), ForwardWorld.First);

        for (var i = 0; i < 20; i++)
            await world.Engine.ReceiveAsync($"msg_{i}", Bodies.User("user.updated", "user_1", i));
        while (await world.WorkAsync() > 0)
        {
            // One event of the user after the other.
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"msg_{i}"), endpoint.Received.Select(r => r.Headers["svix-id"]));
        var runs = await world.RunsAsync();
        Assert.All(runs.Where(r => r.Handler == "up"), r => Assert.Equal(RunStates.Succeeded, r.State));
        Assert.Equal([RunStates.Retrying, .. Enumerable.Repeat(RunStates.Pending, 19)], runs.Where(r => r.Handler == "down").Select(r => r.State));
    }
}
