using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClerkSync.Cli;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Cli;

/// <summary>The admin listener of a running <c>clerksync serve</c>.</summary>
public sealed class AdminApiTests : IAsyncDisposable
{
    private const string Token = "a-token-of-the-admin-api";

    private readonly CliRun _run = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PrintedLines _lines = new();
    private readonly HttpClient _http = new();
    private ClerkEmulator? _clerk;
    private Task<int>? _server;

    [Fact]
    public async Task A_user_that_is_missing_is_fetched_and_answered_with_its_row()
    {
        var (clerk, admin) = await StartAsync();
        var ada = clerk.Users.Create("ada@example.com", "Ada");
        for (var i = 0; i < 2; i++)
        {
            var (status, json) = await PutAsync($"{admin}/api/users/{ada.Id}");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(("users", ada.Id, false), (json.GetProperty("table").GetString(), json.GetProperty("id").GetString(), json.GetProperty("is_stub").GetBoolean()));
            Assert.Equal("Ada", json.GetProperty("data").GetProperty("first_name").GetString());
        }
    }

    [Fact]
    public async Task Organizations_and_memberships_alike()
    {
        var (clerk, admin) = await StartAsync();
        var ada = clerk.Users.Create("ada@example.com");
        var team = clerk.Organizations.Create("Harbor", ada.Id);
        var (status, json) = await PutAsync($"{admin}/api/memberships/{team.Id}/{ada.Id}");
        Assert.Equal((HttpStatusCode.OK, "organization_memberships"), (status, json.GetProperty("table").GetString()));
        Assert.Equal("Harbor", (await PutAsync($"{admin}/api/organizations/{team.Id}")).Json.GetProperty("data").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("users/user_unknown", HttpStatusCode.NotFound, "unknown")]
    [InlineData("users/org_1", HttpStatusCode.BadRequest, "bad_id")]
    [InlineData("organizations/harbor", HttpStatusCode.BadRequest, "bad_id")]
    [InlineData("memberships/org_1/user_1", HttpStatusCode.NotFound, "unknown")]
    [InlineData("memberships/org_1/org_1", HttpStatusCode.BadRequest, "bad_id")]
    [InlineData("nothing", HttpStatusCode.NotFound, "not_found")]
    public async Task What_is_not_there_is_said_so(string path, HttpStatusCode expected, string reason)
    {
        var (_, admin) = await StartAsync();
        var (status, json) = await PutAsync($"{admin}/api/{path}");
        Assert.Equal((expected, reason), (status, json.GetProperty("reason").GetString()));
        Assert.NotEmpty(json.GetProperty("error").GetString()!);
    }

    [Theory]
    [InlineData("GET", "users/user_1")]
    [InlineData("DELETE", "organizations/org_1")]
    [InlineData("POST", "memberships/org_1/user_1")]
    public async Task A_path_that_is_right_names_the_method_it_takes(string method, string path)
    {
        var (_, admin) = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{admin}/api/{path}");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "PUT"), (response.StatusCode, response.Content.Headers.Allow.Single()));
    }

    [Fact]
    public async Task A_tombstone_is_gone()
    {
        var (clerk, admin) = await StartAsync();
        var ada = clerk.Users.Create("ada@example.com");
        await PutAsync($"{admin}/api/users/{ada.Id}");
        await using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Join(_run.Directory, "clerksync.db")}"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "UPDATE clerk_users SET told_deleted_at = synced_at, deleted_at = synced_at, deleted_by = 'event', data = NULL";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var (status, json) = await PutAsync($"{admin}/api/users/{ada.Id}");
        Assert.Equal((HttpStatusCode.Gone, "deleted"), (status, json.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task While_Clerk_does_not_answer_the_caller_is_asked_to_come_again()
    {
        _run.Environment["CLERK_API_URL"] = "http://127.0.0.1:9";
        _run.Environment["ClerkSync__ClerkApi__MaxRetries"] = "0";
        var (_, admin) = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{admin}/api/users/user_1");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.DoesNotContain("sk_test", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_token_every_request_has_to_show_it()
    {
        _run.Environment["CLERKSYNC_ADMIN_TOKEN"] = Token;
        _run.Environment["CLERKSYNC_ADMIN_URLS"] = "http://0.0.0.0:0";
        var (clerk, admin) = await StartAsync();
        var ada = clerk.Users.Create("ada@example.com");
        var url = $"{admin.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)}/api/users/{ada.Id}";
        foreach (var wrong in new[] { null, Token[1..], Token + "x", Token.ToUpperInvariant() })
        {
            var (status, json) = await PutAsync(url, wrong);
            Assert.Equal((HttpStatusCode.Unauthorized, "wrong_token"), (status, json.GetProperty("reason").GetString()));
        }

        Assert.Equal(HttpStatusCode.OK, (await PutAsync(url, Token)).Status);
        Assert.DoesNotContain(Token, _lines.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_it_answers_to_its_own_name_only()
    {
        var (_, admin) = await StartAsync();
        var (status, json) = await PutAsync($"{admin}/api/users/user_1", host: "rebound.example.com");
        Assert.Equal((HttpStatusCode.Forbidden, "wrong_host"), (status, json.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task The_public_listener_shows_nothing_of_it()
    {
        var (_, admin) = await StartAsync();
        var listening = _lines.All.Split('\n').First(l => l.StartsWith("Listening on ", StringComparison.Ordinal))["Listening on ".Length..];
        var other = new Uri(new Uri(listening), "/api/users/user_1");
        Assert.NotEqual(new Uri(admin).Port, other.Port);
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (await PutAsync(other.ToString())) is var answer ? (answer.Status, answer.Json.GetProperty("reason").GetString()) : default);
        using var webhook = await _http.PostAsync(new Uri($"{admin}/api/webhooks/clerk"), content: null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, webhook.StatusCode);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", null, "no_admin_token", "CLERKSYNC_ADMIN_TOKEN")]
    [InlineData("http://127.0.0.1:0", "short", "short_admin_token", "has 5 characters")]
    [InlineData("ftp://127.0.0.1", null, "bad_url", "ftp://127.0.0.1")]
    public async Task A_listener_that_others_could_use_does_not_start(string urls, string? token, string code, string said)
    {
        _run.Environment["CLERKSYNC_ADMIN_URLS"] = urls;
        if (token is not null)
            _run.Environment["CLERKSYNC_ADMIN_TOKEN"] = token;
        var result = await _run.RunAsync("serve", "--urls", "http://127.0.0.1:0");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.NotEmpty(code);
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        _run.Environment["CLERKSYNC_ADMIN_URLS"] = "off";
        await StartAsync(waitsForAdmin: false);
        Assert.DoesNotContain("Admin API", _lines.All, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_server is not null)
            Assert.Equal(0, await _server);
        if (_clerk is not null)
            await _clerk.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _http.Dispose();
        _stop.Dispose();
        _run.Dispose();
    }

    private async Task<(ClerkEmulator Clerk, string Admin)> StartAsync(bool waitsForAdmin = true)
    {
        _clerk = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var (name, value) in new[]
        {
            ("CLERK_SECRET_KEY", _clerk.SecretKey), ("CLERK_API_URL", _clerk.Url.ToString()), ("CLERK_WEBHOOK_SIGNING_SECRET", CliRun.Secret),
            ("CLERKSYNC_ADMIN_URLS", "http://127.0.0.1:0"), ("ClerkSync__Backfill__AtStart", "false"), ("ClerkSync__Backfill__ReconcileEvery", "00:00:00"),
        })
            _run.Environment.TryAdd(name, value);
        _server = CommandLine.RunAsync(["serve", "--urls", "http://127.0.0.1:0"], _run.Host(error: _lines), _stop.Token);
        const string announcement = "Admin API on ";
        _ = _server.ContinueWith(_ => _lines.End(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await foreach (var line in _lines.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (waitsForAdmin && line.StartsWith(announcement, StringComparison.Ordinal))
                return (_clerk, line[announcement.Length..]);
            if (line.StartsWith("Tables in ", StringComparison.Ordinal))
                break;
        }

        Assert.False(waitsForAdmin, _lines.All);
        return (_clerk, "");
    }

    private async Task<(HttpStatusCode Status, JsonElement Json)> PutAsync(string url, string? token = null, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, url);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = host;
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).RootElement);
    }
}
