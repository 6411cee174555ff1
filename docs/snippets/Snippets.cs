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

    public static string? ReadEvent(byte[] body)
    {
        // begin read-event
        var result = ClerkEventReader.Read(body);      // the bytes of a verified delivery; never throws
        if (!result.IsReadable)
            return result.Why;                         // a sentence, without anything of the body

        switch (result.Event)
        {
            case UserChanged { Data: var user }: Save(user.Id, user.PrimaryEmailAddress); break;   // user.created and user.updated
            case UserDeleted { Data: var user }: Forget(user.Id); break;
            case OrganizationMembershipEvent membership: Audit(membership.Type, membership.Data.UserId, membership.OccurredAt); break;
            case UnknownEvent unknown: Note(unknown.Type, unknown.Data); break;
        }
        // end read-event

        return null;

        static void Save(string id, string? emailAddress) => Console.WriteLine($"{id} {emailAddress is null}");
        static void Forget(string id) => Console.WriteLine(id);
        static void Audit(string type, string? userId, DateTimeOffset? at) => Console.WriteLine($"{type} {userId} {at:O}");
        static void Note(string type, System.Text.Json.JsonElement? data) => Console.WriteLine($"{type} {data is null}");
    }

    public static void Forwards(WebApplicationBuilder builder)
    {
        // begin forwards
        builder.Services.AddClerkSync()
            .UsePostgreSql(builder.Configuration.GetConnectionString("App")!)
            .AddForward("http://localhost:3000/api/webhooks/clerk")
            .AddForward("https://mail.example.com/clerk", f =>
            {
                f.Name = "mail";
                f.ForTypes("user.created", "organizationInvitation.*");
                f.Secret = builder.Configuration["MAIL_WEBHOOK_SECRET"];
            });
        // end forwards
    }

    public static ClerkEvent MakeEvent()
    {
        // begin make-event
        var created = new UserCreated { Data = new User { Id = "user_1", PrimaryEmailAddressId = "idn_1", EmailAddresses = [new() { Id = "idn_1", Address = "ada@example.com" }] } };
        // end make-event

        return created;
    }
}

/// <summary>Stands for a service of the reader's own.</summary>
public sealed class Accounts
{
    public Task UpsertAsync(string id, string? emailAddress, CancellationToken cancellationToken) =>
        Task.FromResult((id, emailAddress)).WaitAsync(cancellationToken);

    public Task DeleteAsync(string id, CancellationToken cancellationToken) => Task.FromResult(id).WaitAsync(cancellationToken);
}
