using System.Net;
using System.Security.Claims;
using ClerkSync.AspNetCore;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.ReadThrough;

/// <summary>A session token signs in, and <c>RequireMirroredUser</c> takes the user from it with no further set-up.</summary>
public sealed class SessionTokenUserTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_request_with_a_session_token_has_the_row(bool fetchesKeys)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var clerk = await ClerkEmulator.StartAsync(null, Token);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer().UseClerkEmulator(clerk);
        builder.Configuration.AddInMemoryCollection([
            new("ClerkSync:Backfill:AtStart", "false"), new("ClerkSync:Backfill:ReconcileEvery", "00:00:00"), new("CLERK_JWT_KEY", fetchesKeys ? "" : clerk.JwtKey),
            new("CLERK_PUBLISHABLE_KEY", fetchesKeys ? "" : clerk.PublishableKey)]);
        builder.Services.AddClerkSync().UseSqlite(database.ConnectionString);
        builder.Services.AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme).AddClerk();
        await using var app = builder.Build();
        app.MapGet("/me", (ClaimsPrincipal user, ClerkMirror mirror, CancellationToken cancellationToken) => FindIdAsync(mirror, user, cancellationToken)).RequireAuthorization().RequireMirroredUser();
        await app.StartAsync(Token);

        var ada = clerk.Users.Create("ada@example.com");
        var token = clerk.CreateSessionToken(clerk.Sessions.Create(ada.Id!).Id!);
        Assert.Equal((HttpStatusCode.OK, ada.Id), await GetAsync(token));
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(clerk.CreateSessionToken(clerk.Sessions.Create(ada.Id!).Id!, new() { Lifetime = TimeSpan.FromMinutes(-1) }))).Status);

        async Task<(HttpStatusCode Status, string? Body)> GetAsync(string? bearer)
        {
            using var client = app.GetTestClient();
            if (bearer is not null)
                client.DefaultRequestHeaders.Authorization = new("Bearer", bearer);
            using var response = await client.GetAsync(new Uri("/me", UriKind.Relative), Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
        }
    }

    private static async Task<string?> FindIdAsync(ClerkMirror mirror, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        (await mirror.FindUserAsync(user.GetClerkUserId()!, cancellationToken))?.Id;
}
