using System.Security.Claims;
using ClerkSync.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Snippets;

/// <summary>Code of docs/session-tokens.md.</summary>
internal static class DocumentedSessionTokens
{
    public static void Start(string[] args)
    {
        // begin add-clerk
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme)
            .AddClerk(options => options.AuthorizedParties.Add("https://app.example.com"));

        var app = builder.Build();
        app.MapGet("/me", (ClaimsPrincipal user) => new { id = user.GetClerkUserId(), organization = user.GetClerkOrganizationId() }).RequireAuthorization();
        app.MapGet("/invoices", () => Results.Ok()).RequireClerkPermission("org:invoices:read");
        app.Run();
        // end add-clerk
    }

    public static void Policies(WebApplicationBuilder builder)
    {
        // begin clerk-policy
        builder.Services.AddAuthorization(options => options.AddPolicy("invoices", policy => policy.RequireClerkPermission("org:invoices:read")));
        // end clerk-policy
    }

    public static void Pages(WebApplicationBuilder builder)
    {
        // begin sign-in-page
        builder.Services.AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme).AddClerk(options =>
        {
            options.AuthorizedParties.Add("https://app.example.com");
            options.SignInUrl = "/sign-in";
        });
        // end sign-in-page
    }

    public static void Orders(WebApplication app)
    {
        // begin token-and-row
        app.MapPost("/orders", async (ClaimsPrincipal user, Orders orders, CancellationToken cancellationToken) =>
        {
            await orders.AddAsync(ownerId: user.GetClerkUserId()!, cancellationToken);
            return Results.Created();
        }).RequireAuthorization().RequireMirroredUser();
        // end token-and-row
    }

    public static async Task<IResult> WhyAsync(HttpContext context)
    {
        // begin token-refusal
        var result = await context.AuthenticateAsync(ClerkAuthenticationDefaults.AuthenticationScheme);
        if (result.Failure is ClerkTokenRefusedException { Refusal: ClerkTokenRefusal.Pending })
            return Results.Redirect("/choose-organization");
        // end token-refusal
        return Results.Ok();
    }

    public static void Second(WebApplicationBuilder builder)
    {
        // begin second-application
        builder.Services.AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme)
            .AddClerk()
            .AddClerk("Partners", options => options.PublishableKey = "pk_live_Y2xlcmsucGFydG5lcnMuZXhhbXBsZS5jb20k");
        // end second-application
    }
}
