using System.Net;
using System.Text.Json.Nodes;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Handlers;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>What a running server forwards, judged by the verifier that Clerk publishes.</summary>
public sealed class ForwardTests(PeerApplications peers) : IClassFixture<PeerApplications>
{
    /// <summary>These hand the verifier the very bytes.</summary>
    private static readonly string[] Exact = [PeerApplications.Sample, "express-raw", "express-text", "plain"];

    /// <summary>These parse the body and write it anew for the verifier, so they take what JavaScript would have written.</summary>
    private static readonly string[] Rewriting = ["express-json", "fastify"];

    /// <summary>These leave the verifier without a body that it could verify.</summary>
    private static readonly string[] Unfit = ["express-none", "fastify-text"];

    /// <summary>Bodies that JavaScript writes otherwise: escapes, line breaks, a number with a fraction of zero.</summary>
    private static readonly string[] WrittenOtherwise =
        ["email.created.unicode-escapes", "organizationMembership.created.unicode-escapes", "subscriptionItem.active.legacy-fields", "user.deleted.pretty"];

    [Fact]
    public async Task Clerks_own_verifier_accepts_every_forward_that_it_would_accept_from_Clerk()
    {
        peers.Require();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, new());
        await using var server = new ServerProcess(ServerProcess.AddressOf(database));
        await using var applications = new Started();
        foreach (var name in (string[])[.. Exact, .. Rewriting, .. Unfit])
            applications.All.Add(await peers.StartAsync(name, server.Secret));
        server.WriteFile("clerksync.json", Configuration(applications.All));
        await server.StartAsync();
        await using var engine = await Engine.StartAsync(database);
        using var client = new DeliveryClient(server.Secret);

        var messages = Deliveries();
        var fromClerk = new Dictionary<(string Application, string Message), HttpStatusCode?>();
        foreach (var message in messages)
        {
            Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(server.Webhook, message)).Status);
            foreach (var application in applications.All)
                fromClerk[(application.Name, message.Id)] = (await client.SendAsync(application.Webhook, message)).Status;
        }

        var runs = await AnsweredAsync(engine, messages.Count * applications.All.Count);

        Assert.All(runs.Where(r => Exact.Contains(r.Handler)), AssertAccepted);
        Assert.All(runs.Where(r => Rewriting.Contains(r.Handler) && !WrittenOtherwise.Contains(r.MessageId[4..])), AssertAccepted);
        Assert.All(runs.Where(r => Unfit.Contains(r.Handler)), r => Assert.Equal((RunStates.Retrying, 400L), (r.State, r.AnswerStatus)));
        Assert.All(runs, r => Assert.True(fromClerk[(r.Handler, r.MessageId)] is not HttpStatusCode.OK || r.AnswerStatus is 200, $"{r.Handler} takes {r.MessageId} from Clerk, but not from here."));
        Assert.Equal(
            Rewriting.SelectMany(a => WrittenOtherwise.Select(m => (a, "msg_" + m))).Order(),
            fromClerk.Where(f => Rewriting.Contains(f.Key.Application) && f.Value is not HttpStatusCode.OK).Select(f => f.Key).Order());
        Assert.All(applications.All, a => Assert.Contains($"Forwarding every event to {a.Webhook}", server.Printed, StringComparison.Ordinal));
        Assert.DoesNotContain(server.Secret.Reveal(), server.Printed, StringComparison.Ordinal);
    }

    /// <summary>Verified, at the first attempt, with the type that Clerk sent.</summary>
    private static void AssertAccepted(StoredRun run) => Assert.Equal(
        (run.Handler, run.MessageId, RunStates.Succeeded, 1L, 200L, $$"""{"verified":"{{run.EventType}}"}"""),
        (run.Handler, run.MessageId, run.State, run.Attempts, run.AnswerStatus ?? 0, run.Answer));

    /// <summary>All samples and variants but the two that are none of this instance's events.</summary>
    private static List<Message> Deliveries()
    {
        string[] names = [.. Samples.Names, .. Samples.Variants.Except(["user.created.dashboard-example", "user.updated.other-instance"])];
        Assert.Equal(88, names.Length);
        return [.. names.Select((name, i) => new Message("msg_" + name, SampleWorld.Of(name, i).Body))];
    }

    private static string Configuration(IEnumerable<PeerApplication> applications) => new JsonObject
    {
        ["forwards"] = new JsonArray([.. applications.Select(a => new JsonObject { ["name"] = a.Name, ["to"] = a.Webhook.ToString() })]),
    }.ToJsonString();

    private static async Task<IReadOnlyList<StoredRun>> AnsweredAsync(Engine engine, int count)
    {
        IReadOnlyList<StoredRun> runs = [];
        await Deadline.UntilAsync($"{count} forwards are answered", async () =>
        {
            runs = await engine.Runs.ListAsync(new() { Limit = 10_000 }, CancellationToken.None);
            return runs.Count == count && runs.All(r => r.AnswerStatus is not null && r.State is RunStates.Succeeded or RunStates.Retrying);
        });
        return runs;
    }

    private sealed class Started : IAsyncDisposable
    {
        public List<PeerApplication> All { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var application in All)
                await application.DisposeAsync();
        }
    }
}
