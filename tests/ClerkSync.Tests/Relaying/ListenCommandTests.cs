using System.Net;
using System.Text.Json;
using ClerkSync.Cli;
using ClerkSync.Cli.Relaying;
using ClerkSync.Emulator;
using ClerkSync.Tests.Cli;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Tests.Relaying;

/// <summary>The command as a user sees it, with the emulator's relay and a real local server.</summary>
public sealed class ListenCommandTests : IAsyncLifetime
{
    private readonly CliRun _run = new();
    private readonly WatchedWriter _out = new();
    private readonly WatchedWriter _error = new();
    private readonly CancellationTokenSource _stop = new();
    private ClerkEmulator _clerk = null!;
    private SampleEndpoint _handler = null!;
    private Task<int>? _running;

    public async ValueTask InitializeAsync()
    {
        _clerk = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        _handler = await SampleEndpoint.StartAsync(_clerk.SigningSecret);
        _run.Environment["CLERKSYNC_CONFIG_DIR"] = Path.Join(_run.Directory, "config");
        _run.Environment["CLERKSYNC_RELAY_URL"] = _clerk.RelayUrl.AbsoluteUri;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_running is not null)
            await _running;
        await _handler.DisposeAsync();
        await _clerk.DisposeAsync();
        _stop.Dispose();
        await _out.DisposeAsync();
        await _error.DisposeAsync();
        _run.Dispose();
    }

    [Fact]
    public async Task Lines_of_JSON_are_those_of_Clerks_command_line()
    {
        var token = await StartAsync(isTerminal: false, "--forward-to", _handler.Url);
        var message = await DeliverAsync(token);

        var ready = JsonDocument.Parse(await _out.LineAsync("\"ready\"")).RootElement;
        var text = await _out.LineAsync("\"event\"");
        var line = JsonDocument.Parse(text).RootElement;
        Assert.Equal(["type", "relay_url", "forward_to"], ready.EnumerateObject().Select(member => member.Name));
        Assert.Equal(_clerk.Relay.InboxOf(token).AbsoluteUri, ready.GetProperty("relay_url").GetString());
        Assert.Equal(["type", "svix_id", "event_type", "headers", "body_b64", "forward_status", "latency_ms"], line.EnumerateObject().Select(member => member.Name));
        Assert.Equal((message.Id, "user.created", 200), (line.GetProperty("svix_id").GetString(), line.GetProperty("event_type").GetString(), line.GetProperty("forward_status").GetInt32()));
        Assert.Equal(message.Body.ToArray(), line.GetProperty("body_b64").GetBytesFromBase64());
        Assert.Equal(message.Id, line.GetProperty("headers").GetProperty("svix-id").GetString());

        _run.Write("events.ndjson", string.Join('\n', _out.Lines));
        Assert.Equal(0, (await _run.RunAsync("webhooks", "verify", "--secret", _clerk.SigningSecret, "--delivery", "@events.ndjson")).ExitCode);
    }

    [Fact]
    public async Task A_person_reads_the_address_each_delivery_and_what_to_do()
    {
        var token = await StartAsync(isTerminal: true, "--forward-to", _handler.Url);
        await DeliverAsync(token);
        Assert.Contains("user.created  msg_", await _error.LineAsync("-->"), StringComparison.Ordinal);
        Assert.Contains("POST /api/webhooks/clerk", await _error.LineAsync("<-- 200"), StringComparison.Ordinal);

        foreach (var (status, hint) in ((int, string)[])[(401, "asks for a login"), (400, "raw bytes"), (302, "redirects to /sign-in"), (404, "no such route"), (405, "takes no POST"), (500, "It says: broken here")])
        {
            _handler.Answer = http =>
            {
                http.Response.StatusCode = status;
                http.Response.Headers.Location = status == 302 ? "/sign-in" : default(string);
                return http.Response.WriteAsync("broken\u001bhere", http.RequestAborted);
            };
            using var response = await PostAsync(token);
            Assert.Equal(status, (int)response.StatusCode);
            await _error.LineAsync(hint);
        }

        await _error.LineAsync("(again)");
        Assert.Single(_error.Lines, line => line == "Ready");
        Assert.Contains(_error.Lines, line => line.Contains("treat it like a password", StringComparison.Ordinal));
        Assert.Empty(_out.Lines);
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_named()
    {
        var token = await StartAsync(isTerminal: true, "--forward-to", "http://127.0.0.1:1/api/webhooks");
        using var response = await PostAsync(token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        await _error.LineAsync("http://127.0.0.1:1/api/webhooks: Nothing answers there.");
        await _error.LineAsync("Does your server run");
    }

    [Fact]
    public async Task A_type_and_an_id_that_are_endless_are_cut()
    {
        var token = await StartAsync(isTerminal: true, "--forward-to", _handler.Url);
        using var http = new HttpClient();
        using var body = new StringContent($$"""{"type":"{{new string('t', 5000)}}"}""");
        body.Headers.TryAddWithoutValidation("svix-id", new string('i', 5000));
        using var response = await http.PostAsync(_clerk.Relay.InboxOf(token), body, TestContext.Current.CancellationToken);

        Assert.InRange((await _error.LineAsync("-->")).Length, 1, 250);
        Assert.InRange((await _error.LineAsync("<--")).Length, 1, 250);
    }

    [Fact]
    public async Task Lines_that_nobody_reads_any_more_end_it()
    {
        await using var pipe = new ClosedPipe();
        _running = CommandLine.RunAsync(["webhooks", "listen", "--forward-to", _handler.Url], HostOf(isTerminal: false, pipe), _stop.Token);

        Assert.Equal(ExitCodes.Failed, await _running);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_connection_is_told_and_ready_is_not_told_again(bool isTerminal)
    {
        var token = await StartAsync(isTerminal, "--forward-to", _handler.Url);
        _clerk.Relay.Drop();
        await _error.LineAsync("relay: The connection broke.");
        await _clerk.Relay.Server.WhenAsync(() => _clerk.Relay.Tokens.Count == 0, TestContext.Current.CancellationToken);
        while (_clerk.Relay.Tokens.Count == 0)
        {
            _run.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        if (isTerminal)
        {
            await _error.LineAsync("relay: connected again");
            Assert.Single(_error.Lines, line => line == "Ready");
        }
        else
        {
            await DeliverAsync(token);
            await _out.LineAsync("\"event\"");
            Assert.Equal("""{"type":"reconnecting"}""", _out.Lines[1]);
            Assert.Single(_out.Lines, line => line.Contains("\"ready\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Another_address_is_told_loudly_and_not_kept()
    {
        var kept = KeptToken.FileOf(_run.Host(), RelayAddress.Parse(_clerk.RelayUrl.AbsoluteUri))!;
        _run.Write(Path.GetRelativePath(_run.Directory, kept), "c_Kept000001\n");
        var other = new RelayRun(RelayAddress.Parse(_clerk.RelayUrl.AbsoluteUri), new("c_Kept000001", IsPinned: true), (_, _) => Task.FromResult(new RelayReply(200, [], default)), ping: null);
        await other.NextAsync<RelayNews.Connected>();

        // time passes only when the client waits before another attempt
        var clock = new WatchedClock();
        _running = CommandLine.RunAsync(["webhooks", "listen", "--forward-to", _handler.Url], HostOf(isTerminal: true, _out, clock), _stop.Token);
        var told = _error.LineAsync("!!! The address of the inbox is now");
        for (var failures = 1; !told.IsCompleted && failures < 20; failures++)
            await Task.WhenAny(clock.PassAsync(RelayTiming.WaitAfter(failures)), told);

        var line = await told;
        await _error.LineAsync("Ready");
        await other.EndAsync();
        Assert.Contains(_clerk.Relay.InboxOf(_clerk.Relay.Tokens.Single(token => token != "c_Kept000001")).AbsoluteUri, line, StringComparison.Ordinal);
        Assert.Equal("c_Kept000001\n", await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Ctrl_C_is_130()
    {
        await StartAsync(isTerminal: false, "--forward-to", _handler.Url, "--token", "c_Pinned0001");
        await _stop.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await _running!);
        Assert.False(Directory.Exists(Path.Join(_run.Directory, "config")));
    }

    [Fact]
    public async Task Headers_of_the_user_arrive_and_the_signature_is_safe()
    {
        var seen = ("", "");
        _handler.Answer = http =>
        {
            seen = (http.Request.Headers["x-env"].ToString(), http.Request.Headers["svix-id"].ToString());
            return Task.CompletedTask;
        };
        var token = await StartAsync(isTerminal: false, "--forward-to", _handler.Url, "-H", "x-env: dev", "--header", "svix-id: other", "-H", "connection: close");
        var message = await DeliverAsync(token);
        await _out.LineAsync("\"event\"");

        Assert.Equal(("dev", message.Id), seen);
        Assert.Contains(_error.Lines, line => line.StartsWith("warning: --header svix-id is left out", StringComparison.Ordinal));
        Assert.Contains(_error.Lines, line => line.StartsWith("warning: --header connection is left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("There is no address to forward to.")]
    [InlineData("--forward-to 'ftp://x' is not an address.", "--forward-to", "ftp://x")]
    [InlineData("--token (or CLERKSYNC_RELAY_TOKEN) is not a relay token; it is 3 characters long.", "--forward-to", "3000", "--token", "bad")]
    [InlineData("--header is not name:value; it is 28 characters long.", "--forward-to", "3000", "-H", "Authorization Bearer hunter2")]
    [InlineData("The value of --header 'x-name' has letters that are not plain ASCII.", "--forward-to", "3000", "-H", "x-name: José")]
    [InlineData("'http://x' is not the address of a relay.", "--forward-to", "3000", "--relay-url", "http://x")]
    [InlineData("The relay is turned off by the configuration.", "--forward-to", "3000", "--relay-url", "off")]
    public async Task Wrong_usage_is_2(string message, params string[] args)
    {
        var result = await _run.RunAsync(["webhooks", "listen", .. args]);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains($"error: {message}", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
    }

    private async Task<string> StartAsync(bool isTerminal, params string[] args)
    {
        Run(isTerminal, args);
        await _clerk.Relay.WhenListeningAsync(cancellationToken: TestContext.Current.CancellationToken);
        await (isTerminal ? _error.LineAsync("Ctrl+C") : _out.LineAsync("\"ready\""));
        return _clerk.Relay.Tokens.Single();
    }

    private void Run(bool isTerminal, params string[] args) =>
        _running = CommandLine.RunAsync(["webhooks", "listen", .. args], HostOf(isTerminal, _out), _stop.Token);

    private CliHost HostOf(bool isTerminal, TextWriter pipe, TimeProvider? time = null) => new()
    {
        In = Stream.Null,
        Out = _out,
        Pipe = pipe,
        Error = _error,
        OutIsTerminal = isTerminal,
        Environment = _run.Environment,
        WorkingDirectory = _run.Directory,
        Time = time ?? _run.Time,
        HttpHandler = _run.HttpHandler,
    };

    private async Task<EmulatedMessage> DeliverAsync(string token)
    {
        _clerk.DeliverTo(_clerk.Relay.InboxOf(token));
        _clerk.Users.Create("mara@example.com");
        await _clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        return _clerk.Messages[0];
    }

    private async Task<HttpResponseMessage> PostAsync(string token)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var body = new ByteArrayContent(_clerk.Messages is [var message, ..] ? message.Body.ToArray() : "{}"u8.ToArray());
        foreach (var (name, value) in ClerkSync.Signing.DeliverySigner.CreateHeaders(ClerkSync.Signing.SigningSecrets.Parse(_clerk.SigningSecret), "msg_same", 1_785_400_020, await body.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)))
            body.Headers.TryAddWithoutValidation(name, value);
        return await http.PostAsync(_clerk.Relay.InboxOf(token), body, TestContext.Current.CancellationToken);
    }

    private sealed class ClosedPipe : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("Broken pipe");
    }
}
