using FastEndpoints;

namespace Hosts;

/// <summary>FastEndpoints: a class for each endpoint.</summary>
internal static class FastEndpointsHost
{
    public static Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddFastEndpoints();
        var app = builder.Build();
        app.UseFastEndpoints();
        return app.RunAsync();
    }
}

// begin host-fast-endpoints
public sealed class ClerkEndpoint : EndpointWithoutRequest    // a request type would be bound from the body
{
    public override void Configure()
    {
        Post("/api/webhooks/clerk");
        AllowAnonymous();
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var webhook = await HttpContext.Request.VerifyClerkWebhookAsync(ct);
        if (!webhook.IsVerified)
        {
            await Send.ResultAsync(webhook.Refusal.ToResult());
            return;
        }

        Accounts.Take(webhook);
        await Send.OkAsync(new { received = true }, ct);
    }
}
// end host-fast-endpoints
