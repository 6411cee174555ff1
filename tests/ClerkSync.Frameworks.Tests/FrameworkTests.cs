using System.Net;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Handlers;
using ClerkSync.Signing;

namespace ClerkSync.Frameworks.Tests;

/// <summary>Real applications of the seven frameworks, each with Clerk's own package, receive what this repository sends.</summary>
public sealed class FrameworkTests
{
    public static TheoryData<string> Seven => [.. KnownFrameworks.All.Select(f => f.Folder)];

    public static TheoryData<string> WithDevelopment => [.. KnownFrameworks.All.Where(f => f.HasDevelopment).Select(f => f.Folder)];

    [Theory]
    [MemberData(nameof(Seven))]
    public async Task Takes_a_sample_of_every_event_from_trigger(string framework)
    {
        await using var application = await FrameworkApplication.StartAsync(framework);

        await using var trigger = ChildProcess.Start(
            [.. CommandLineProgram.Built, "trigger", .. BodyNames.Types, "--json", "--forward-to", application.Webhook.ToString()], Path.GetTempPath(),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["CLERK_WEBHOOK_SIGNING_SECRET"] = application.Secret.Reveal() });

        Assert.True(await trigger.EndAsync() == 0, trigger.Printed);
        var sent = trigger.Output.Split('\n').Select(l => JsonSerializer.Deserialize<JsonElement>(l));
        Assert.Equal(BodyNames.Types.Select(t => (t, 200)), sent.Select(l => (l.GetProperty("event_type").GetString()!, l.GetProperty("status").GetInt32())));
    }

    [Theory]
    [MemberData(nameof(Seven))]
    public async Task Takes_every_delivery_that_listen_brings_through_the_relay(string framework)
    {
        const string Token = "c_Frameworks";
        await using var application = await FrameworkApplication.StartAsync(framework);
        await using var emulator = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var listen = ChildProcess.Start(
            [.. CommandLineProgram.Built, "webhooks", "listen", "--json", "--forward-to", application.Webhook.ToString(), "--relay-url", emulator.RelayUrl.ToString(), "--token", Token],
            Path.GetTempPath());
        using var clerk = new DeliveryClient(application.Secret);
        await listen.OutputLineAsync(l => l.Contains("\"ready\"", StringComparison.Ordinal));

        foreach (var message in Bodies.Messages())
        {
            var answer = await clerk.SendAsync(emulator.Relay.InboxOf(Token), message);
            var status = Bodies.AnswerOf(application.Framework, message);
            Assert.True(status == (int?)answer.Status, $"{message} is answered {answer}.");
            Assert.Contains(status is 200 ? $"verified\":\"{TypeOf(message)}" : "refused", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Seven))]
    public async Task Takes_every_forward_that_it_would_take_from_Clerk(string framework)
    {
        await using var application = await FrameworkApplication.StartAsync(framework);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, new());
        await using var server = new ServerProcess(
            ServerProcess.AddressOf(database), null, ("CLERKSYNC_FORWARD_TO", application.Webhook.ToString()), ("CLERKSYNC_FORWARD_SECRET", application.Secret.Reveal()));
        await server.StartAsync();
        await using var engine = await Engine.StartAsync(database);
        using var clerk = new DeliveryClient(server.Secret);
        using var straight = new DeliveryClient(application.Secret);

        var messages = Bodies.Messages();
        foreach (var message in messages)
        {
            Assert.Equal(HttpStatusCode.OK, (await clerk.SendAsync(server.Webhook, message)).Status);
            Assert.Equal(Bodies.AnswerOf(application.Framework, message), (int?)(await straight.SendAsync(application.Webhook, message)).Status);
        }

        IReadOnlyList<StoredRun> runs = [];
        await Deadline.UntilAsync("all forwards are answered", async () =>
        {
            runs = await engine.Runs.ListAsync(new() { Limit = 1_000 }, CancellationToken.None);
            return runs.Count == messages.Count && runs.All(r => r.AnswerStatus is not null && r.State is RunStates.Succeeded or RunStates.Retrying);
        });
        Assert.Equal(
            messages.Select(m => (m.Id, (long)Bodies.AnswerOf(application.Framework, m))).Order(),
            runs.Select(r => (r.MessageId, r.AnswerStatus!.Value)).Order());
        // What was answered to a deletion is erased with the object.
        Assert.All(runs.Where(r => r.AnswerStatus is 200 && !r.EventType.EndsWith(".deleted", StringComparison.Ordinal)), r => Assert.Equal($$"""{"verified":"{{r.EventType}}"}""", r.Answer));
    }

    [Theory]
    [MemberData(nameof(WithDevelopment))]
    public async Task The_server_for_development_takes_deliveries_that_come_to_localhost(string framework)
    {
        await using var application = await FrameworkApplication.StartDevelopmentAsync(framework);
        using var client = new DeliveryClient(application.Secret);
        var body = Samples.Read("user.created");
        var headers = DeliverySigner.CreateHeaders(new SigningSecrets(application.Secret), "msg_1", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), body);

        var local = await client.SendAsync(application.Webhook, body, headers);
        var tunnelled = await client.GetAsync(application.Webhook, TunnelServer.PublicHost);

        Assert.Equal((HttpStatusCode.OK, "user.created"), (local.Status, JsonSerializer.Deserialize<JsonElement>(local.Body).GetProperty("verified").GetString()));
        Assert.Equal(application.Framework.DevelopmentRefusesOtherHosts ? 403 : application.Framework.GetAnswers, (int?)tunnelled.Status);
    }

    [Theory]
    [MemberData(nameof(Seven))]
    public async Task Refuses_what_is_not_signed_and_lets_nothing_else_in(string framework)
    {
        await using var application = await FrameworkApplication.StartAsync(framework);
        using var client = new DeliveryClient(application.Secret);
        var body = Samples.Read("user.created");
        var (good, foreign) = (new SigningSecrets(application.Secret), new SigningSecrets(SigningSecret.Create()));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        var forged = await client.SendAsync(application.Webhook, body, DeliverySigner.CreateHeaders(foreign, "msg_1", now, body));
        var changed = await client.SendAsync(application.Webhook, [.. body.AsSpan()[..^1], (byte)' ', body[^1]], DeliverySigner.CreateHeaders(good, "msg_1", now, Samples.Read("user.updated")));
        var old = await client.SendAsync(application.Webhook, body, DeliverySigner.CreateHeaders(good, "msg_1", now - 600, body));
        var bare = await client.SendAsync(application.Webhook, body, []);

        Assert.All([forged, changed, old, bare], a => Assert.Equal((HttpStatusCode.BadRequest, true), (a.Status, a.Body.Contains("refused", StringComparison.Ordinal))));
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(application.Webhook, body, DeliverySigner.CreateHeaders(good, "msg_1", now, body))).Status);
        Assert.Equal(application.Framework.GetAnswers, (int?)(await client.GetAsync(application.Webhook)).Status);
        Assert.Contains("Open to everybody", (await client.GetAsync(application.Address)).Body, StringComparison.Ordinal);
        var guarded = await client.GetAsync(new(application.Address, "/private"));
        Assert.True((int?)guarded.Status is >= 300 and < 500, $"/private answers {guarded.Status} to somebody who is not signed in.");
        Assert.DoesNotContain("Signed in", guarded.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(application.Secret.Reveal(), application.Printed, StringComparison.Ordinal);
    }

    private static string TypeOf(Message message) => JsonSerializer.Deserialize<JsonElement>(message.Body).GetProperty("type").GetString()!;
}
