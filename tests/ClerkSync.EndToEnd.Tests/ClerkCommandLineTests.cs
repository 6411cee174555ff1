using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>Whoever knows <c>clerk webhooks</c> knows <c>clerksync webhooks</c>: the real program of Clerk's and ours, one beside the other.</summary>
public sealed class ClerkCommandLineTests(PeerApplications peers) : IClassFixture<PeerApplications>, IDisposable
{
    private const string Secret = "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ";
    private const string Id = "msg_1";
    private const string Timestamp = "1785400020";

    private readonly ClerkCommandLine _commands = new();

    /// <summary>Same input, same exit code.</summary>
    private static readonly (string Name, string[] Arguments)[] Inputs =
    [
        ("a captured delivery", ["verify", "--secret", Secret, "--delivery", "@good.ndjson"]),
        ("its four values", ["verify", "--secret", Secret, "--payload", "@body.json", "--id", Id, "--timestamp", Timestamp, "--signature", "SIGNATURE"]),
        ("a changed body", ["verify", "--secret", Secret, "--payload", "@changed.json", "--id", Id, "--timestamp", Timestamp, "--signature", "SIGNATURE"]),
        ("another secret", ["verify", "--secret", "whsec_AAAAKqGqFH+1TaGKFNk/WpFRCak68LdQ", "--delivery", "@good.ndjson"]),
        ("a file that is not there", ["verify", "--secret", Secret, "--delivery", "@missing.ndjson"]),
        ("a secret that is none", ["verify", "--secret", "not base64", "--delivery", "@good.ndjson"]),
        ("no secret", ["verify", "--delivery", "@good.ndjson"]),
        ("a body in the command", ["verify", "--secret", Secret, "--payload", "{}", "--id", Id, "--timestamp", Timestamp, "--signature", "SIGNATURE"]),
        ("a time that is none", ["verify", "--secret", Secret, "--payload", "@body.json", "--id", Id, "--timestamp", "soon", "--signature", "SIGNATURE"]),
        ("half a delivery", ["verify", "--secret", Secret, "--payload", "@body.json", "--id", Id]),
        ("nothing to forward to", ["listen"]),
        ("an address that is none", ["listen", "--forward-to", "ftp://127.0.0.1/"]),
        ("a token that is none", ["listen", "--forward-to", "http://127.0.0.1:1/", "--token", "bad"]),
        ("a header that is none", ["listen", "--forward-to", "http://127.0.0.1:1/", "-H", "nonsense"]),
        ("a token", ["token"]),
    ];

    /// <summary>Where ours is another one, and why: a mistake in the command is wrong usage, which is 2 everywhere here.</summary>
    private static readonly (string Name, string[] Arguments, int Theirs, int Ours)[] Differences =
    [
        ("an option that there is not", ["token", "--nonsense"], 1, 2),
        ("a command that there is not", ["nonsense"], 1, 2),
    ];

    public void Dispose() => _commands.Dispose();

    [Fact]
    public async Task The_same_input_has_the_same_exit_code()
    {
        peers.Require();
        ClerkCommandLine.Require();
        var body = Samples.Read("user.created");
        var signature = DeliverySigner.CreateHeaders(SigningSecrets.Parse(Secret), Id, long.Parse(Timestamp, System.Globalization.CultureInfo.InvariantCulture), body)[2].Value;
        _commands.Write("body.json", body);
        _commands.Write("changed.json", [.. body, (byte)' ']);
        _commands.Write("good.ndjson", Encoding.UTF8.GetBytes(new JsonObject
        {
            ["type"] = "event",
            ["svix_id"] = Id,
            ["event_type"] = "user.created",
            ["headers"] = new JsonObject { ["svix-id"] = Id, ["svix-timestamp"] = Timestamp, ["svix-signature"] = signature },
            ["body_b64"] = Convert.ToBase64String(body),
            ["forward_status"] = 200,
            ["latency_ms"] = 3,
        }.ToJsonString() + "\n"));

        var seen = new List<(string, int, int)>();
        foreach (var (name, arguments) in Inputs.Concat(Differences.Select(difference => (difference.Name, difference.Arguments))))
        {
            string[] command = ["webhooks", .. arguments.Select(word => word == "SIGNATURE" ? signature : word)];
            var theirs = ClerkCommandLine.EndAsync(_commands.StartTheirs(command));
            var ours = ClerkCommandLine.EndAsync(_commands.StartOurs(command));
            seen.Add((name, (await theirs).ExitCode, (await ours).ExitCode));
        }

        Assert.All(seen.Take(Inputs.Length), one => Assert.Equal(one.Item2, one.Item3));
        Assert.Equal([0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0], seen.Take(Inputs.Length).Select(one => one.Item2));
        Assert.Equal(Differences.Select(one => (one.Name, one.Theirs, one.Ours)), seen.Skip(Inputs.Length));
    }

    [Fact]
    public async Task Tokens_have_one_shape()
    {
        peers.Require();
        ClerkCommandLine.Require();
        foreach (var start in (Func<IReadOnlyList<string>, ChildProcess>[])[arguments => _commands.StartTheirs(arguments), arguments => _commands.StartOurs(arguments)])
        {
            Assert.Matches(ClerkCommandLine.Token(), (await ClerkCommandLine.EndAsync(start(["webhooks", "token"]))).Output.Trim());
            var json = JsonNode.Parse((await ClerkCommandLine.EndAsync(start(["webhooks", "token", "--json"]))).Output)!.AsObject();
            Assert.Matches(ClerkCommandLine.Token(), Assert.Single(json, member => member.Key == "token").Value!.GetValue<string>());
        }
    }

    [Fact]
    public async Task What_trigger_prints_Clerks_verify_accepts()
    {
        peers.Require();
        ClerkCommandLine.Require();
        foreach (var type in (string[])["user.created", "organizationMembership.updated", "subscription.updated"])
        {
            var printed = await ClerkCommandLine.EndAsync(_commands.StartOurs(["trigger", type, "--print", "--json", "--secret", Secret]));
            await AssertAcceptedByBothAsync(printed.Output, Secret);
        }
    }

    [Fact]
    public async Task Each_listen_captures_what_the_verify_of_the_other_accepts_and_the_lines_are_the_same()
    {
        peers.Require();
        ClerkCommandLine.Require();
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        clerk.Relay.IsStrict = true;
        await using var application = await peers.StartAsync("express-raw", SigningSecret.Parse(clerk.SigningSecret));
        await using var ours = _commands.StartOurs(["webhooks", "listen", "--json", "--forward-to", application.Webhook.AbsoluteUri, "--token", "c_Ours000001"], clerk.RelayUrl);
        await using var theirs = _commands.StartTheirs(["webhooks", "listen", "--json", "--forward-to", application.Webhook.AbsoluteUri, "--token", "c_Theirs0001"], clerk.RelayUrl);
        foreach (var token in (string[])["c_Ours000001", "c_Theirs0001"])
        {
            await clerk.Relay.WhenListeningAsync(token, TestContext.Current.CancellationToken);
            clerk.DeliverTo(clerk.Relay.InboxOf(token));
        }

        clerk.Users.Create("mara@example.com");
        List<JsonObject> events = [];
        foreach (var listener in (ChildProcess[])[ours, theirs])
        {
            await listener.OutputLineAsync(line => line.Contains("\"event\"", StringComparison.Ordinal));
            await AssertAcceptedByBothAsync(listener.Output, clerk.SigningSecret);
            string[] lines = [.. listener.Output.Split('\n').Where(line => line.Length > 0)];
            Assert.Equal(["type", "relay_url", "forward_to"], JsonNode.Parse(lines[0])!.AsObject().Select(member => member.Key));
            events.Add(JsonNode.Parse(lines[1])!.AsObject());
        }

        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        Assert.All(clerk.Endpoints, endpoint => Assert.Equal(200, endpoint.Attempts.Single().Status));
        Assert.Equal(events[1].Select(member => member.Key), events[0].Select(member => member.Key));
        foreach (var name in (string[])["svix_id", "event_type", "body_b64", "forward_status"])
            Assert.Equal(events[1][name]!.ToJsonString(), events[0][name]!.ToJsonString());
        Assert.Equal(events[1]["headers"]!.AsObject().Select(header => header.Key).Order(StringComparer.Ordinal), events[0]["headers"]!.AsObject().Select(header => header.Key).Order(StringComparer.Ordinal));
        Assert.Empty(clerk.Relay.Server.Problems);

        foreach (var listener in (ChildProcess[])[ours, theirs])
        {
            await listener.InterruptAsync();
            Assert.Equal(130, await listener.EndAsync());
        }
    }

    private async Task AssertAcceptedByBothAsync(string lines, string secret)
    {
        string[] command = ["webhooks", "verify", "--json", "--secret", secret, "--delivery", _commands.Write("captured.ndjson", Encoding.UTF8.GetBytes(lines))];
        foreach (var verifier in (ChildProcess[])[_commands.StartTheirs(command), _commands.StartOurs(command)])
        {
            var (exitCode, output, printed) = await ClerkCommandLine.EndAsync(verifier);
            Assert.True(exitCode == 0, printed);
            Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("valid").GetBoolean());
        }
    }
}
