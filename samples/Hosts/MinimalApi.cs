using Microsoft.AspNetCore.Authorization;

namespace Hosts;

/// <summary>A minimal API in which everything else demands a user.</summary>
internal static class MinimalApi
{
    public static Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddAuthentication().AddBearerToken();
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        var app = builder.Build();

        // begin host-minimal-api
        app.MapPost("/api/webhooks/clerk", async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            var webhook = await request.VerifyClerkWebhookAsync(cancellationToken);
            if (!webhook.IsVerified)
                return webhook.Refusal.ToResult();

            Accounts.Take(webhook);
            return Results.Ok(new { received = true });
        }).AllowAnonymous();
        // end host-minimal-api

        return app.RunAsync();
    }
}
