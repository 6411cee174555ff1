using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Snippets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.Documents;

/// <summary>An application that is made of the code of docs/do-you-need-webhooks.md.</summary>
public sealed class DocumentedDecisionTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_after_a_sign_up_does_not_wait_for_the_webhook()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: Token);
        var mails = new ConcurrentQueue<string>();
        await using var app = await StartAsync(database, clerk, mails);
        var endpoint = clerk.Endpoints.Single();
        endpoint.IsEnabled = false;
        var ada = clerk.Users.Create("ada@example.com", "Ada");
        using var browser = SignIn(app, clerk, ada.Id);

        Assert.Equal("Welcome, Ada", await browser.GetStringAsync(new Uri("/welcome", UriKind.Relative), Token));
        Assert.Equal("Welcome, Ada", await browser.GetStringAsync(new Uri("/welcome", UriKind.Relative), Token));
        Assert.Empty(endpoint.Attempts);
        Assert.Empty(mails);

        endpoint.IsEnabled = true;
        endpoint.SendMissing();
        await clerk.WhenSettledAsync(Token);
        await Patience.UntilAsync("the mail", () => !mails.IsEmpty);
        Assert.Equal("Welcome, Ada", await browser.GetStringAsync(new Uri("/welcome", UriKind.Relative), Token));
        Assert.Equal(["ada@example.com"], mails);
        await app.StopAsync(Token);
    }

    [Fact]
    public async Task What_needs_no_webhook_works_without_one()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: Token);
        await using var app = await StartAsync(database, clerk, []);
        clerk.Endpoints.Single().IsEnabled = false;
        var ada = clerk.Users.Create("ada@example.com", "Ada", "Lovelace");
        var grace = clerk.Users.Create("grace@example.com", "Grace", "Hopper");
        using var stranger = app.GetTestClient();
        using var browser = SignIn(app, clerk, ada.Id);

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("/me", UriKind.Relative), Token)).StatusCode);
        var me = JsonElement.Parse(await browser.GetStringAsync(new Uri("/me", UriKind.Relative), Token));
        Assert.Equal((ada.Id, JsonValueKind.False), (me.GetProperty("id").GetString(), me.GetProperty("isPro").ValueKind));
        using var withClaim = SignIn(app, clerk, ada.Id, new() { Claims = new() { ["email"] = "ada@example.com" } });
        Assert.Equal("Hello, ada@example.com", await withClaim.GetStringAsync(new Uri("/greeting", UriKind.Relative), Token));

        var person = JsonElement.Parse(await browser.GetStringAsync(new Uri($"/people/{grace.Id}", UriKind.Relative), Token));
        Assert.Equal("Grace Hopper", person.GetProperty("fullName").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(new Uri("/people/user_nobody", UriKind.Relative), Token)).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await browser.PostAsync(new Uri("/onboarding", UriKind.Relative), null, Token)).StatusCode);
        Assert.True(clerk.Users.Find(ada.Id)!.PublicMetadata!.Value.GetProperty("onboarded").GetBoolean());

        using var api = new HttpClient(clerk.CreateHandler()) { BaseAddress = new(clerk.Url, "/v1/") };
        api.DefaultRequestHeaders.Authorization = new("Bearer", clerk.SecretKey);
        Assert.Equal("Grace", await new ClerkPeople(api).FindFirstNameAsync(grace.Id, Token));
        Assert.Null(await new ClerkPeople(api).FindFirstNameAsync("user_nobody", Token));
        await app.StopAsync(Token);
    }

    [Fact]
    public async Task A_browser_signs_in_on_the_page_and_comes_back_with_the_cookie()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: Token);
        await using var app = await StartAsync(database, clerk, []);
        var ada = clerk.Users.Create("ada@example.com", "Ada");
        using var browser = app.GetTestClient();
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Mode", "navigate");
        using var first = await browser.GetAsync(new Uri("/welcome", UriKind.Relative), Token);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?redirect_url=http%3A%2F%2Flocalhost%2Fwelcome"), (first.StatusCode, first.Headers.Location?.OriginalString));

        // what Clerk's JavaScript does on that page
        var session = clerk.Sessions.Create(ada.Id);
        browser.DefaultRequestHeaders.Add("Cookie", "__session=" + clerk.CreateSessionToken(session.Id, new() { AuthorizedParty = "https://app.example.com" }));
        Assert.Equal("Welcome, Ada", await browser.GetStringAsync(new Uri("/welcome", UriKind.Relative), Token));
        await app.StopAsync(Token);
    }

    [Fact]
    public async Task Own_data_are_erased_when_somebody_deletes_the_account()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: Token);
        var erased = new ConcurrentQueue<string>();
        await using var app = await StartAsync(database, clerk, [], erased.Enqueue);
        var ada = clerk.Users.Create("ada@example.com", "Ada");
        clerk.Users.Delete(ada.Id);
        await clerk.WhenSettledAsync(Token);
        await Patience.UntilAsync("the erasure", () => !erased.IsEmpty);
        Assert.Equal([ada.Id], erased);
        await app.StopAsync(Token);
    }

    private static HttpClient SignIn(WebApplication app, ClerkEmulator clerk, string userId, SessionTokenOptions? options = null)
    {
        var client = app.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", clerk.CreateSessionToken(clerk.Sessions.Create(userId).Id, options));
        return client;
    }

    private static async Task<WebApplication> StartAsync(TestDatabase database, ClerkEmulator clerk, ConcurrentQueue<string> mails, Action<string>? erase = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.WebHost.UseClerkEmulator(clerk);
        DocumentedDecision.AddSignIn(builder);
        var clerkSync = builder.Services.AddClerkSync(options => (options.Backfill.AtStart, options.Backfill.ReconcileEvery) = (false, TimeSpan.Zero)).UseSqlite(database.ConnectionString);
        DocumentedDecision.AddHandler(clerkSync, mails.Enqueue);
        DocumentedDecision.AddErasure(clerkSync, new(erase ?? (_ => { })));
        var app = builder.Build();
        app.MapClerkWebhooks();
        DocumentedDecision.MapSignedIn(app);
        DocumentedDecision.MapPeople(app);
        DocumentedDecision.MapGreeting(app);
        DocumentedDecision.MapWelcome(app);
        DocumentedDecision.MapOnboarding(app);
        await app.StartAsync(Token);
        return app;
    }
}
