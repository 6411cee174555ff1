using System.Text.Json;
using ClerkSync.Cli;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Tests.Cli;

public sealed class TriggerCommandTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_signed_sample_arrives_as_clerk_would_send_it()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();

        var result = await _run.RunAsync("trigger", "user.created", "--forward-to", endpoint.Url, "--secret", CliRun.Secret);

        var sample = Assert.Single(endpoint.Received);
        Assert.Equal((0, $"user.created  {sample.Id}  200 applied  0 ms\n"), (result.ExitCode, result.Out));
        Assert.Equal($"Sending to {endpoint.Url}\n", result.Error);
        Assert.Equal(("POST", "/api/webhooks/clerk", "user.created"), (sample.Method, sample.Path, sample.Type));
        Assert.Equal(CliRun.Now.ToUnixTimeSeconds(), sample.Timestamp);
        Assert.Equal(CliRun.Now.ToUnixTimeMilliseconds(), sample.Json.GetProperty("timestamp").GetInt64());
    }

    [Fact]
    public async Task A_running_server_is_found_without_flags()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();
        new DevState(endpoint.Url, CliRun.Secret, 1, "ins_3BQQQQQQQQQQQQQQQQQQQQQQQQQ").Write(_run.Directory);
        _run.WorkingDirectory = Directory.CreateDirectory(Path.Join(_run.Directory, "below")).FullName;
        _run.Environment["CLERK_WEBHOOK_SIGNING_SECRET"] = "whsec_bm90IHRoZSBzZXJ2ZXIncyBzZWNyZXQgYXQgYWxs";

        var result = await _run.RunAsync("trigger", "user.created");

        Assert.Equal(ExitCodes.Done, result.ExitCode);
        Assert.Equal("ins_3BQQQQQQQQQQQQQQQQQQQQQQQQQ", Assert.Single(endpoint.Received).Json.GetProperty("instance_id").GetString());
        Assert.Contains(Path.Join("..", ".clerksync", "dev.json"), result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("environment")]
    [InlineData(".env.local")]
    [InlineData("@file")]
    [InlineData("-")]
    public async Task The_secret_may_come_from_anywhere(string source)
    {
        await using var endpoint = await SampleEndpoint.StartAsync();
        var args = new List<string> { "trigger", "user.created", "--forward-to", endpoint.Url };
        switch (source)
        {
            case "environment": _run.Environment["CLERK_WEBHOOK_SIGNING_SECRET"] = $"{CliRun.Secret}, whsec_bm90IHRoZSBzZXJ2ZXIncyBzZWNyZXQgYXQgYWxs"; break;
            case ".env.local": _run.Write(".env.local", $"CLERK_WEBHOOK_SIGNING_SECRET=\"{CliRun.Secret}\" # from the Dashboard"); break;
            case "@file": _run.Write("secret.txt", CliRun.Secret + "\n"); args.AddRange(["--secret", "@secret.txt"]); break;
            default: _run.Input = [.. CliRun.Secret.Select(letter => (byte)letter), (byte)'\n']; args.AddRange(["--secret", "-"]); break;
        }

        var result = await _run.RunAsync([.. args]);

        Assert.Equal(ExitCodes.Done, result.ExitCode);
        Assert.DoesNotContain("Kz70KqGqFH", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_shows_the_servers_sentence_and_fails()
    {
        await using var endpoint = await SampleEndpoint.StartAsync(secret: "whsec_bm90IHRoZSBzZXJ2ZXIncyBzZWNyZXQgYXQgYWxs");

        var result = await _run.RunAsync("trigger", "user.created", "session.created", "--forward-to", endpoint.Url, "--secret", CliRun.Secret);

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Matches("^user.created  msg_\\w{27}  400 signature_mismatch  0 ms$", result.Lines[0]);
        Assert.Equal("    The signature does not match. Check the secret.", result.Lines[1]);
        Assert.EndsWith("0 accepted, 2 refused\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_each_delivery_is_an_object()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();
        endpoint.Answer = http => http.Response.WriteAsync("""{"received":true,"result":"ignored","why":"another instance"}""");

        var result = await _run.RunAsync("trigger", "sign-up", "--json", "--forward-to", endpoint.Url, "--secret", CliRun.Secret);

        Assert.Equal("", result.Error);
        Assert.Equal(["email.created", "user.created", "session.created"], endpoint.Received.Select(sample => sample.Type), StringComparer.Ordinal);
        foreach (var (line, sample) in result.Lines.Zip(endpoint.Received))
            Assert.Equal($$"""{"event_type":"{{sample.Type}}","svix_id":"{{sample.Id}}","status":200,"result":"ignored","why":"another instance","latency_ms":0}""", line);
    }

    [Theory]
    [InlineData(307, "http://127.0.0.1/elsewhere", "", "The server redirects to http://127.0.0.1/elsewhere. Clerk follows no redirects")]
    [InlineData(401, null, "<html>", "The route asks for a login.")]
    [InlineData(404, null, "not found", "There is no such route. ClerkSync listens at /api/webhooks/clerk")]
    [InlineData(405, null, "", "The route takes no POST.")]
    [InlineData(500, null, "boom\u001b[31m\nmore", "The server says: boom [31m more")]
    [InlineData(500, null, "", "The answer has no body.")]
    [InlineData(503, null, """{"error":"The database is down.","reason":"database_unavailable"}""", "The database is down.")]
    [InlineData(400, null, """["not an object"]""", """The server says: ["not an object"]""")]
    [InlineData(400, null, """{"error":42}""", """The server says: {"error":42}""")]
    public async Task Any_other_answer_is_explained(int status, string? location, string body, string sentence)
    {
        await using var endpoint = await SampleEndpoint.StartAsync();
        endpoint.Answer = http =>
        {
            http.Response.StatusCode = status;
            if (location is not null)
                http.Response.Headers.Location = location;
            return http.Response.WriteAsync(body);
        };

        var result = await _run.RunAsync("trigger", "user.created", "--forward-to", endpoint.Url, "--secret", CliRun.Secret);

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains($"  {status} ", result.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("    " + sentence, result.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_webhook_route_may_answer_what_it_likes()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();
        endpoint.Answer = http => http.Response.WriteAsync("Webhook received");

        var result = await _run.RunAsync("trigger", "user.created", "--forward-to", endpoint.Url, "--secret", CliRun.Secret);

        Assert.Equal(ExitCodes.Done, result.ExitCode);
        Assert.Contains("200 answered", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_in_time_is_a_failure()
    {
        using var silent = new SilentHandler();
        _run.HttpHandler = () => silent;

        var running = _run.RunAsync("trigger", "user.created", "--forward-to", "3000", "--secret", CliRun.Secret);
        await silent.Asked;
        _run.Time.Advance(TimeSpan.FromSeconds(15));
        var result = await running;

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("--- timeout  15000 ms", result.Out, StringComparison.Ordinal);
        Assert.Equal("http://localhost:3000/api/webhooks/clerk", silent.Url);
    }

    [Fact]
    public async Task Cancelling_ends_it_with_the_code_of_an_interrupt()
    {
        using var silent = new SilentHandler();
        using var interrupt = new CancellationTokenSource();
        _run.HttpHandler = () => silent;

        var running = _run.RunUntilAsync(interrupt.Token, "trigger", "user.created", "--forward-to", "3000", "--secret", CliRun.Secret);
        await silent.Asked;
        await interrupt.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, (await running).ExitCode);
    }

    [Fact]
    public async Task Nothing_listening_is_told_with_the_next_step()
    {
        string url;
        await using (var endpoint = await SampleEndpoint.StartAsync())
            url = endpoint.Url;

        var given = await _run.RunAsync("trigger", "user.created", "--forward-to", url, "--secret", CliRun.Secret);
        new DevState(url, CliRun.Secret, 1).Write(_run.Directory);
        var found = await _run.RunAsync("trigger", "user.created", "--json");

        Assert.Equal(ExitCodes.Failed, given.ExitCode);
        Assert.Contains("Start your server, or 'clerksync serve --dev'", given.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, found.ExitCode);
        var error = JsonDocument.Parse(found.Error).RootElement.GetProperty("error");
        Assert.Equal("unreachable", error.GetProperty("code").GetString());
        Assert.Contains("dev.json says that a server runs", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Count_sends_it_all_again_about_other_people()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();

        var result = await _run.RunAsync("trigger", "sign-up", "--count", "4", "--forward-to", endpoint.Url, "--secret", CliRun.Secret);

        Assert.Equal(12, result.Lines.Length);
        Assert.Equal(12, endpoint.Received.Select(sample => sample.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(4, endpoint.Received.Where(sample => sample.Type is "user.created").Select(sample => sample.Json.GetProperty("data").GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.EndsWith("12 accepted, 0 refused\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_prints_the_same_and_no_seed_prints_something_new()
    {
        string[] args = ["trigger", "team", "--print", "--secret", CliRun.Secret];
        var first = await _run.RunAsync([.. args, "--seed", "7"]);
        var again = await _run.RunAsync([.. args, "--seed", "7"]);
        var new1 = await _run.RunAsync(args);
        var new2 = await _run.RunAsync(args);

        Assert.Equal(first.Out, again.Out);
        Assert.NotEqual(new1.Out, new2.Out, StringComparer.Ordinal);
        Assert.Equal("content-type: application/json", first.Lines[0]);
    }

    [Theory]
    [InlineData("user.craeted", "Did you mean 'user.created'")]
    [InlineData("signup", "Did you mean 'sign-up'")]
    [InlineData("zzzzzzzzzz", "'clerksync trigger --list' shows all.")]
    public async Task An_unknown_event_is_answered_with_the_nearest_names(string name, string next)
    {
        var result = await _run.RunAsync("trigger", name);

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Contains(next, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_or_a_secret_it_says_where_to_get_them()
    {
        var noServer = await _run.RunAsync("trigger", "user.created");
        var noSecret = await _run.RunAsync("trigger", "user.created", "--forward-to", "3000");
        var badSecret = await _run.RunAsync("trigger", "user.created", "--forward-to", "3000", "--secret", "whsec_hidden!");

        Assert.All([noServer, noSecret, badSecret], result => Assert.Equal(ExitCodes.WrongUsage, result.ExitCode));
        Assert.Contains("Start 'clerksync serve --dev' in another terminal", noServer.Error, StringComparison.Ordinal);
        Assert.Contains("CLERK_WEBHOOK_SIGNING_SECRET", noSecret.Error, StringComparison.Ordinal);
        Assert.Contains("13 characters long", badSecret.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", badSecret.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_shows_every_type_and_scenario()
    {
        var table = await _run.RunAsync("trigger", "--list");
        var json = await _run.RunAsync("trigger", "--list", "--json");

        var names = json.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString()!).ToList();
        Assert.Equal(53, names.Count);
        Assert.All(names, name => Assert.Contains(name, table.Out, StringComparison.Ordinal));
    }

    /// <summary>Takes a request and never answers.</summary>
    private sealed class SilentHandler : HttpMessageHandler
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public string? Url { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Url = request.RequestUri!.ToString();
            _asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("The wait has no end.");
        }
    }
}
