using System.Net;
using System.Text.Json;
using ClerkSync.Emulator;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>The sample with pages and an API, as a process, with users of an emulator.</summary>
public sealed class SessionTokenSampleTests
{
    private const string Announcement = "Now listening on: ";
    private const string Origin = "http://localhost:5000";

    [Fact]
    public async Task SessionTokens_lets_browsers_in_by_cookie_and_API_clients_by_header()
    {
        await using var clerk = await ClerkEmulator.StartAsync(null, TestContext.Current.CancellationToken);
        var ada = clerk.Users.Create("ada@lantern.example");
        var team = clerk.Organizations.Create("Lantern", createdBy: ada.Id);
        var session = clerk.Sessions.Create(ada.Id!, team.Id);
        await using var sample = ChildProcess.Start(
            [.. CommandLineProgram.Sample("SessionTokens"), "--urls", "http://127.0.0.1:0", "--contentRoot", Path.Combine(CommandLineProgram.Repository, "samples", "SessionTokens")], Path.GetTempPath(),
            new Dictionary<string, string>(clerk.Settings, StringComparer.Ordinal) { ["ASPNETCORE_ENVIRONMENT"] = "Development" });
        var line = await sample.OutputLineAsync(l => l.Contains(Announcement, StringComparison.Ordinal));
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new(line[(line.IndexOf(Announcement, StringComparison.Ordinal) + Announcement.Length)..].Trim()) };

        // in a browser
        var redirect = await GetAsync("/account", ("Accept", "text/html"));
        Assert.Equal(HttpStatusCode.Redirect, redirect.Status);
        Assert.StartsWith("/sign-in?redirect_url=http", redirect.Location, StringComparison.Ordinal);
        var signIn = (await GetAsync("/sign-in")).Body;
        Assert.Contains("clerk.browser.js", signIn, StringComparison.Ordinal);
        Assert.Contains("Clerk.isSignedIn ?", signIn, StringComparison.Ordinal);
        var token = clerk.CreateSessionToken(session.Id!, new() { AuthorizedParty = Origin });
        var page = await GetAsync("/account", ("Accept", "text/html"), ("Cookie", "__session=" + token));
        Assert.Equal((HttpStatusCode.OK, true), (page.Status, page.Body.Contains(ada.Id!, StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/account", ("Cookie", "__session=" + clerk.CreateSessionToken(session.Id!, new() { AuthorizedParty = "http://localhost:6000" })))).Status);

        // by a program
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/api/me")).Status);
        var me = JsonElement.Parse((await GetAsync("/api/me", ("Authorization", "Bearer " + token))).Body);
        Assert.Equal((ada.Id, team.Id, "org:admin"), (me.GetProperty("user").GetString(), me.GetProperty("organization").GetString(), me.GetProperty("role").GetString()));
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/api/reports", ("Authorization", "Bearer " + token))).Status);
        var permitted = clerk.CreateSessionToken(session.Id!, new() { AuthorizedParty = Origin, Claims = new() { ["fea"] = "o:reports", ["o"] = new System.Text.Json.Nodes.JsonObject { ["id"] = team.Id, ["rol"] = "admin", ["per"] = "read", ["fpm"] = "1" } } });
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/api/reports", ("Authorization", "Bearer " + permitted))).Status);

        async Task<(HttpStatusCode Status, string Body, string? Location)> GetAsync(string path, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers.Location?.OriginalString);
        }
    }
}
