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
    public async Task Each_cell_of_the_table_does_what_it_says()
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

    private static HttpClient SignIn(WebApplication app, ClerkEmulator clerk, string userId)
    {
        var client = app.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", clerk.CreateSessionToken(clerk.Sessions.Create(userId).Id));
        return client;
    }

    private static async Task<WebApplication> StartAsync(TestDatabase database, ClerkEmulator clerk, ConcurrentQueue<string> mails)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.WebHost.UseClerkEmulator(clerk);
        DocumentedDecision.AddSignIn(builder);
        var clerkSync = builder.Services.AddClerkSync(options => (options.Backfill.AtStart, options.Backfill.ReconcileEvery) = (false, TimeSpan.Zero)).UseSqlite(database.ConnectionString);
        DocumentedDecision.AddHandler(clerkSync, mails.Enqueue);
        var app = builder.Build();
        app.MapClerkWebhooks();
        DocumentedDecision.MapSignedIn(app);
        DocumentedDecision.MapPeople(app);
        DocumentedDecision.MapWelcome(app);
        DocumentedDecision.MapOnboarding(app);
        await app.StartAsync(Token);
        return app;
    }
}
