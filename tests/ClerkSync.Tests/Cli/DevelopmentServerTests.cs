using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ClerkSync.Cli;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Cli;

/// <summary><c>clerksync serve --dev</c> without a relay: what it says, and what it picks up while it runs.</summary>
public sealed class DevelopmentServerTests : IAsyncDisposable
{
    private const string NewSecret = "whsec_NewNewNewNewNewNewNewNewNewNewNewNew";

    private readonly CliRun _run = new();
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(30));
    private readonly PrintedLines _errors = new();
    private readonly PrintedLines _events = new();
    private Task<int>? _server;

    public DevelopmentServerTests()
    {
        _run.Environment["CLERKSYNC_RELAY_URL"] = "off";
        _run.Environment["CLERKSYNC_ADMIN_URLS"] = "off";
    }

    [Fact]
    public async Task It_says_what_is_missing_and_takes_a_made_up_secret_until_then()
    {
        await StartAsync();

        await _errors.NextAsync("The relay is off", _stop.Token);
        Assert.Contains("Missing: CLERK_WEBHOOK_SIGNING_SECRET", _errors.All, StringComparison.Ordinal);
        Assert.Contains("Missing: CLERK_SECRET_KEY", _errors.All, StringComparison.Ordinal);
        var made = DevState.Read(DevState.PathIn(_run.Directory))!;
        Assert.DoesNotContain(made.SigningSecret, _errors.All, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("trigger", "user.created", "--seed", "1")).ExitCode);
        Assert.Matches(@"^03:04:05  user\.created  user_\w+  applied  \d+ ms$", await _events.NextAsync("user.created", _stop.Token));
    }

    [Fact]
    public async Task A_secret_that_appears_counts_at_once_and_a_damaged_one_leaves_the_old_one()
    {
        await StartAsync();
        var made = DevState.Read(DevState.PathIn(_run.Directory))!.SigningSecret;

        Save($"CLERK_WEBHOOK_SIGNING_SECRET={CliRun.Secret}\n");
        await _errors.NextAsync("A new signing secret counts from now on.", _stop.Token);
        Assert.Equal(CliRun.Secret, DevState.Read(DevState.PathIn(_run.Directory))!.SigningSecret);
        Assert.Equal(0, (await _run.RunAsync("trigger", "user.created")).ExitCode);
        Assert.Equal(1, (await _run.RunAsync("trigger", "user.created", "--secret", made)).ExitCode);
        Assert.Contains("400 signature_mismatch", await _events.NextAsync("400", _stop.Token), StringComparison.Ordinal);

        Save("CLERK_WEBHOOK_SIGNING_SECRET=whsec_cut\n");
        Assert.Contains("Until then the secret from before counts.", await _errors.NextAsync("The signing secret has 3 characters", _stop.Token), StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("trigger", "user.created", "--secret", CliRun.Secret)).ExitCode);
    }

    [Fact]
    public async Task A_delivery_that_the_made_up_secret_does_not_fit_is_told_where_the_right_one_belongs()
    {
        await StartAsync();

        Assert.Equal(1, (await _run.RunAsync("trigger", "user.created", "--secret", NewSecret)).ExitCode);

        Assert.Contains("Put the Signing Secret of the endpoint into .env.local", await _events.NextAsync("400 signature_mismatch", _stop.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_key_that_appears_starts_it_again()
    {
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: _stop.Token);
        await StartAsync();

        Save($"CLERK_SECRET_KEY={clerk.SecretKey}\nCLERK_API_URL={clerk.Url}\n");
        await _errors.NextAsync("CLERK_API_URL, CLERK_SECRET_KEY changed: starting again.", _stop.Token);
        await _errors.NextAsync("Listening again on http://127.0.0.1:", _stop.Token);
        Save("");
        await _errors.NextAsync("CLERK_API_URL, CLERK_SECRET_KEY changed: starting again.", _stop.Token);
        await _errors.NextAsync("Missing: CLERK_SECRET_KEY", _stop.Token);
        Assert.DoesNotContain(clerk.SecretKey, _errors.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_in_a_file_does_not_end_it()
    {
        await StartAsync();

        Save("CLERK_SECRET_KEY=whsec_pasted_here\n");
        await _errors.NextAsync("error: ClerkApi.SecretKey is the signing secret of an endpoint", _stop.Token);
        Save("");
        await _errors.NextAsync("Listening again", _stop.Token);
        await _errors.NextAsync("Missing: CLERK_SECRET_KEY", _stop.Token);
        Assert.Equal(0, (await _run.RunAsync("trigger", "user.created")).ExitCode);
    }

    [Fact]
    public async Task A_settings_file_that_appears_half_written_does_not_end_it()
    {
        await StartAsync();

        Save("clerksync.json", "{ \"instanceId\": ");

        await _errors.NextAsync("Until that is corrected, the settings from before count.", _stop.Token);
        Assert.Contains("clerksync.json", _errors.All, StringComparison.Ordinal);
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(new Uri(DevState.Read(DevState.PathIn(_run.Directory))!.Url), "/health/live"), _stop.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("{ \"instanceId\": ")]
    [InlineData("""{ "forwards": [ { "url": "http://localhost:3000" } ] }""")]
    [InlineData("""{ "relayUrl": "nowhere", "path": 1 }""")]
    public async Task What_nothing_could_start_with_waits_until_it_is_corrected(string text)
    {
        _run.Write("clerksync.json", "{}");
        await StartAsync();

        Save("clerksync.json", text);
        await _errors.NextAsync("Until that is corrected, the settings from before count.", _stop.Token);
        Save("CLERK_INSTANCE_ID=ins_1\n");
        Save("clerksync.json", "{}");

        await _errors.NextAsync("CLERK_INSTANCE_ID changed: starting again.", _stop.Token);
        await _errors.NextAsync("Listening again", _stop.Token);
    }

    [Theory]
    [InlineData("""{ "projections": [ { "name": "x" } ] }""", "error: Projections cannot work")]
    [InlineData("""{ "forwards": [ { "to": "nowhere:// " } ] }""", "error: Forward")]
    public async Task What_shows_only_at_the_start_is_tried_again_when_it_is_corrected(string text, string error)
    {
        _run.Write("clerksync.json", "{}");
        await StartAsync();

        Save("clerksync.json", text);
        await _errors.NextAsync(error, _stop.Token);
        Save("clerksync.json", "{}");

        await _errors.NextAsync("Listening again", _stop.Token);
    }

    [Fact]
    public async Task A_start_that_failed_for_a_reason_outside_the_files_is_tried_again()
    {
        _run.Environment.Remove("CLERKSYNC_ADMIN_URLS");
        _run.Write(".env.local", "CLERKSYNC_ADMIN_URLS=off\n");
        await StartAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        Save($"CLERKSYNC_ADMIN_URLS=http://{taken.LocalEndpoint}\n");
        await _errors.NextAsync("error:", _stop.Token);
        taken.Stop();
        while (!_errors.All.Contains("Listening again", StringComparison.Ordinal))
        {
            _run.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(_errors.Reader.WaitToReadAsync(_stop.Token).AsTask(), Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _stop.Token));
            _stop.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_request_to_another_path_has_a_line_too()
    {
        await StartAsync();
        var url = new Uri(new Uri(DevState.Read(DevState.PathIn(_run.Directory))!.Url), "/api/webhook");

        using var http = new HttpClient();
        using var response = await http.PostAsJsonAsync(url, new { type = "user.created" }, JsonSerializerOptions.Default, _stop.Token);

        Assert.Contains("There is nothing at /api/webhook", await _events.NextAsync("404 not_found", _stop.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ngrok_agent_that_leads_here_is_named()
    {
        _run.HttpHandler = () => new Agent(_run);
        await StartAsync();

        Assert.Contains("https://shop.ngrok.app/api/webhooks/clerk is a URL for Clerk's Dashboard", await _errors.NextAsync("ngrok", _stop.Token), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_server is not null)
            Assert.Equal(0, await _server);
        await _errors.DisposeAsync();
        await _events.DisposeAsync();
        _stop.Dispose();
        _run.Dispose();
    }

    private async Task StartAsync()
    {
        _server = CommandLine.RunAsync(["serve", "--dev", "--urls", "http://127.0.0.1:0"], _run.Host(_events, _errors), _stop.Token);
        _ = _server.ContinueWith(_ => (_errors, _events).Item1.End(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _errors.NextAsync("Try it", _stop.Token);
    }

    /// <summary>As somebody does in an editor; the server looks a second later.</summary>
    private void Save(string text) => Save(".env.local", text);

    private void Save(string name, string text)
    {
        _run.Write(name, text);
        _run.Time.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>The agent of ngrok on its usual port, with two tunnels.</summary>
    private sealed class Agent(CliRun run) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("http://127.0.0.1:4040/api/endpoints", request.RequestUri?.ToString());
            return Task.FromResult(new HttpResponseMessage
            {
                Content = JsonContent.Create(new
                {
                    endpoints = new object[]
                    {
                        new { url = "https://other.ngrok.app", upstream = new { url = "http://localhost:1" } },
                        new { url = "https://shop.ngrok.app", upstream = new { url = $"http://localhost:{new Uri(DevState.Read(DevState.PathIn(run.Directory))!.Url).Port}" } },
                    },
                }),
            });
        }
    }
}
