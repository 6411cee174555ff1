using ClerkSync.Events;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Snippets;

/// <summary>Every C# block of README and docs stands here once more, between markers, so that it compiles.</summary>
internal static class DocumentedCode
{
    public static WebApplication Endpoint(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);

        // begin endpoint
        builder.Services.AddClerkSync().UsePostgreSql(builder.Configuration.GetConnectionString("App")!);

        var app = builder.Build();
        app.MapClerkWebhooks();
        // end endpoint

        return app;
    }

    public static void VerifyOnly(WebApplication app)
    {
        // begin verify-only
        app.MapPost("/api/webhooks/clerk", async (HttpRequest request, Accounts accounts, CancellationToken cancellationToken) =>
        {
            var webhook = await request.VerifyClerkWebhookAsync(cancellationToken);
            if (!webhook.IsVerified)
                return webhook.Refusal.ToResult();

            switch (webhook.Event)
            {
                case UserCreated { Data: var user }: await accounts.UpsertAsync(user.Id, user.PrimaryEmailAddress, cancellationToken); break;
                case UserUpdated { Data: var user }: await accounts.UpsertAsync(user.Id, user.PrimaryEmailAddress, cancellationToken); break;
                case UserDeleted { Data: var user }: await accounts.DeleteAsync(user.Id, cancellationToken); break;
            }
            return Results.Ok(new { received = true });
        }).AllowAnonymous();
        // end verify-only
    }

    public static (int Status, string Text) AnyHost(string signingSecret, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        // begin any-host
        using var verifier = new ClerkWebhookVerifier(new SigningOptions { Secrets = { signingSecret } });
        var webhook = verifier.Verify(headers, body);
        if (!webhook.IsVerified)
            return (400, webhook.Refusal.Message);
        // end any-host

        return (200, webhook.Event?.Type ?? "");
    }
}

/// <summary>Stands for a service of the reader's own.</summary>
public sealed class Accounts
{
    public Task UpsertAsync(string id, string? emailAddress, CancellationToken cancellationToken) =>
        Task.FromResult((id, emailAddress)).WaitAsync(cancellationToken);

    public Task DeleteAsync(string id, CancellationToken cancellationToken) => Task.FromResult(id).WaitAsync(cancellationToken);
}
