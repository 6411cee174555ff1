using ClerkSync.Cli;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Serving;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Tests.Cli;

/// <summary>Where <c>clerksync serve</c> is told to forward to.</summary>
public sealed class ForwardSettingTests : IDisposable
{
    private const string OtherSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void The_file_says_everything_about_a_forward()
    {
        _run.Write("clerksync.json", $$"""
            { "forwards": [
                { "to": "localhost:3000/hook", "name": "mail", "events": ["user.*", "session.created"], "secret": "{{OtherSecret}}", "timeout": 2.5, "headers": { "X-Tenant": "7" } },
                { "to": "3001" }
            ] }
            """);

        var forwards = Read();

        Assert.Equal(["localhost:3000/hook", "3001"], forwards.Select(f => f.To));
        var first = forwards[0];
        Assert.Equal(("mail", OtherSecret, TimeSpan.FromSeconds(2.5)), (first.Name, first.Secret, first.Timeout));
        Assert.Equal(["user.*", "session.created"], first.Events);
        Assert.Equal([KeyValuePair.Create("X-Tenant", "7")], first.Headers);
        Assert.Equal(
            ["user.*, session.created to http://localhost:3000/hook", "every event to http://localhost:3001/api/webhooks/clerk"],
            forwards.Select(f => f.ToString()));
        Assert.Equal((null, null, null), (forwards[1].Name, forwards[1].Secret, forwards[1].Timeout));
    }

    [Fact]
    public void Flag_before_environment_and_the_file_beside_them()
    {
        _run.Write("clerksync.json", """{ "forwards": [{ "to": "http://localhost:3000/api/webhooks/clerk", "events": ["user.*"] }] }""");
        _run.Environment["CLERKSYNC_FORWARD_TO"] = "3000, https://example.com/hook?token=hidden 3002";
        _run.Environment["CLERKSYNC_FORWARD_SECRET"] = OtherSecret;

        Assert.Equal(["http://localhost:3000/api/webhooks/clerk", "https://example.com/hook?token=hidden", "3002"], Read().Select(f => f.To));
        Assert.All(Read(), f => Assert.Equal(OtherSecret, f.Secret));
        Assert.DoesNotContain(Read(), f => f.ToString().Contains("hidden", StringComparison.Ordinal));
        Assert.Equal(["http://localhost:3000/api/webhooks/clerk", "4000"], Read((Setting.ForwardTo, "4000")).Select(f => f.To));
    }

    [Fact]
    public async Task Every_mistake_of_the_section_is_told_at_once()
    {
        _run.Write("clerksync.json", """
            { "forwards": [
                { "url": "http://localhost:3000" },
                { "to": "3000", "event": ["user.*"], "events": "user.*", "timeout": "soon", "headers": ["a", ["b"]] },
                { "to": "3000", "events": [] },
                { "to": { "url": "3000" }, "timeout": 0 },
                "localhost:3000"
            ] }
            """);

        var result = await _run.RunAsync("serve");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        foreach (var sentence in (string[])
        [
            "forwards[0] has \"url\", which is not known.",
            "forwards[0] has no \"to\": the address to forward to.",
            "forwards[1] has \"event\", which is not known. Did you mean \"events\"?",
            "forwards[1].events must be a list of event types",
            "forwards[1].timeout is soon; it must be a number of seconds, more than 0 and at most 600.",
            "forwards[1].headers must be an object of texts",
            "forwards[2].events must be a list of event types",
            "forwards[3].to must be a text.",
            "forwards[3].timeout is 0;",
            "forwards[4] must be an object",
        ])
        {
            Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{ "forwards": "3000" }""", "\"forwards\" must be a list")]
    [InlineData("""{ "forwards": { "to": "3000" } }""", "\"forwards\" must be a list, and has a member \"to\".")]
    [InlineData("""{ "forward": [] }""", "Did you mean 'forwards'")]
    public async Task A_section_of_another_shape_is_told(string json, string sentence)
    {
        _run.Write("clerksync.json", json);

        var result = await _run.RunAsync("serve");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_library_refuses_stops_the_start_and_tells_no_secret()
    {
        _run.Write("clerksync.json", """
            { "forwards": [
                { "to": "http://mara:pa55@localhost:3000/hook?token=t0k3n", "secret": "whsec_damaged!" },
                { "to": "ftp://mara:pa55@example.com/x?token=t0k3n", "name": "ftp" },
                { "to": "3000", "name": "typo", "events": ["users.*"], "headers": { "svix-id": "v4lue", "X-Y": "v4lue\n" } }
            ] }
            """);

        var result = await _run.RunAsync("serve", "--database", "sqlite:here.db", "--urls", "http://127.0.0.1:0");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        foreach (var sentence in (string[])
        [
            "Forward \"forward:localhost:3000/hook\": the address of localhost has a user name or password in it.",
            "Forward \"forward:localhost:3000/hook\": its secret is damaged.",
            "Forward \"ftp\": \"example.com/x\" is not an address.",
            "Handler \"typo\": \"users.*\" is no event type of Clerk",
            "Forward \"typo\": the header svix-id cannot be set",
            "Forward \"typo\": the value of header X-Y holds characters",
        ])
        {
            Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        }

        Assert.All(["pa55", "t0k3n", "damaged!", "v4lue"], secret => Assert.DoesNotContain(secret, result.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8787", "8787", true)]
    [InlineData("http://127.0.0.1:8787", "http://127.0.0.1:8787/api/webhooks/clerk/", true)]
    [InlineData("http://0.0.0.0:8787", "localhost:8787", true)]
    [InlineData("http://*:8787", "http://[::1]:8787/api/webhooks/clerk", true)]
    [InlineData("http://[::]:8787", "127.0.0.1:8787", true)]
    [InlineData("http://app.internal", "http://app.internal/api/webhooks/clerk", true)]
    [InlineData("http://127.0.0.1:8787;http://127.0.0.1:9000", "9000", true)]
    [InlineData("http://127.0.0.1:8787", "8788", false)]
    [InlineData("http://127.0.0.1:8787", "localhost:8787/other", false)]
    [InlineData("http://0.0.0.0:8787", "http://example.com:8787/api/webhooks/clerk", false)]
    [InlineData("http://0.0.0.0:443", "https://localhost/api/webhooks/clerk", false)]
    public void A_forward_that_leads_back_is_seen(string urls, string to, bool isLoop) =>
        Assert.Equal(isLoop, new ForwardSetting(to).LoopProblem(urls.Split(';'), ServerSettings.DefaultPath) is not null);

    [Fact]
    public async Task A_loop_stops_the_start()
    {
        var result = await _run.RunAsync("serve", "--urls", "http://127.0.0.1:9321", "--forward-to", "9321", "--forward-to", "9322");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Contains("The forward to http://localhost:9321/api/webhooks/clerk leads back to the address that this server listens on.", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("9322", result.Error, StringComparison.Ordinal);
    }

    private IReadOnlyList<ForwardSetting> Read(params (Setting, string?)[] flags) => ForwardsSection.Read(CliConfiguration.Load(_run.Host(), flags));
}
