using System.Net;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.AspNetCore;
using ClerkSync.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Snippets;

/// <summary>Code of docs/do-you-need-webhooks.md. A test starts an application that is made of it.</summary>
internal static class DocumentedDecision
{
    public static void AddSignIn(WebApplicationBuilder builder)
    {
        // begin decide-sign-in
        builder.Services.AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme).AddClerk(options =>    // CLERK_PUBLISHABLE_KEY, and CLERK_JWT_KEY
        {
            options.AuthorizedParties.Add("https://app.example.com");    // the origin of your pages
            options.SignInUrl = "/sign-in";                              // a page of yours with Clerk's JavaScript
        });
        // end decide-sign-in
    }

    public static void MapSignedIn(WebApplication app)
    {
        // begin decide-signed-in
        app.MapGet("/me", (ClaimsPrincipal user) => new
        {
            Id = user.GetClerkUserId(),
            Organization = user.GetClerkOrganizationId(),
            MayInvite = user.HasClerkPermission("org:team:invite"),
            IsPro = user.HasClerkPlan("pro"),
        }).RequireAuthorization();
        // end decide-signed-in
    }

    public static void MapGreeting(WebApplication app)
    {
        // begin decide-claim
        app.MapGet("/greeting", (ClaimsPrincipal user) => $"Hello, {user.FindFirst("email")?.Value}").RequireAuthorization();
        // end decide-claim
    }

    public static void MapPeople(WebApplication app)
    {
        // begin decide-somebody-else
        app.MapGet("/people/{id}", async (string id, ClerkMirror mirror, CancellationToken cancellationToken) =>
            await mirror.GetOrFetchUserAsync(id, cancellationToken) is { } person
                ? Results.Ok(new { person.FullName, person.ImageUrl })
                : Results.NotFound()).RequireAuthorization();
        // end decide-somebody-else
    }

    public static void AddHandler(ClerkSyncBuilder clerkSync, Action<string> send)
    {
        // begin decide-side-effect
        clerkSync.AddHandler<UserCreated>(handler => handler.Name = "welcome-email", (created, context, cancellationToken) =>
        {
            if (created.Data.PrimaryEmailAddress is { } address)
                send(address);
            return Task.CompletedTask;
        });
        // end decide-side-effect
    }

    public static void AddErasure(ClerkSyncBuilder clerkSync, OwnOrders orders)
    {
        // begin decide-erase
        clerkSync.AddHandler<UserDeleted>(handler => handler.Name = "erase-orders", async (deleted, context, cancellationToken) =>
            await orders.EraseAsync(deleted.Data.Id!, cancellationToken));
        // end decide-erase
    }

    public static void MapWelcome(WebApplication app)
    {
        // begin decide-welcome
        app.MapGet("/welcome", async (ClaimsPrincipal user, ClerkMirror mirror, CancellationToken cancellationToken) =>
        {
            // the token says who it is; the webhook may be here or not
            var person = await mirror.GetOrFetchUserAsync(user.GetClerkUserId()!, cancellationToken);
            return person is null ? Results.Redirect("/sign-in") : Results.Text($"Welcome, {person.FirstName}");
        }).RequireAuthorization();
        // end decide-welcome
    }

    public static void MapOnboarding(WebApplication app)
    {
        // begin decide-onboarding
        app.MapPost("/onboarding", async (ClaimsPrincipal user, ClerkUsers users, CancellationToken cancellationToken) =>
        {
            await users.UpdateMetadataAsync(
                user.GetClerkUserId()!, new ClerkMetadataChanges().Public(new JsonObject { ["onboarded"] = true }), cancellationToken);
            return Results.NoContent();
        }).RequireAuthorization().RequireMirroredUser();
        // end decide-onboarding
    }
}

/// <summary>Stands for a table of the application.</summary>
/// <param name="Erase">Erases what belongs to a user.</param>
internal sealed record OwnOrders(Action<string> Erase)
{
    public Task EraseAsync(string ownerId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Erase(ownerId);
        return Task.CompletedTask;
    }
}

// begin decide-backend-api
/// <summary>One user, from Clerk, with no database. The client has the base address <c>https://api.clerk.com/v1/</c> and the header <c>Authorization: Bearer sk_…</c>.</summary>
public sealed class ClerkPeople(HttpClient http)
{
    public async Task<string?> FindFirstNameAsync(string userId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"users/{Uri.EscapeDataString(userId)}");
        request.Headers.Add("Clerk-API-Version", "2026-05-12");
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var user = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        return user.RootElement.GetProperty("first_name").GetString();
    }
}
// end decide-backend-api
