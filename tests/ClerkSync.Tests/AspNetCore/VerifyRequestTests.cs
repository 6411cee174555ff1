using System.Net;
using ClerkSync.Events;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Tests.AspNetCore;

/// <summary>Verifying in an endpoint of one's own, with no registration at all.</summary>
public sealed class VerifyRequestTests
{
    [Fact]
    public async Task An_endpoint_of_ones_own_gets_the_typed_event()
    {
        await using var app = await StartAsync();

        var (status, body, _) = await app.PostAsync(WebhookApp.Sign(), path: "/own");

        Assert.Equal((HttpStatusCode.OK, "\"msg_1 user_1 Payload-Of-Ada\""), (status, body));
    }

    [Fact]
    public async Task A_refusal_becomes_the_same_answer_as_that_of_the_endpoint()
    {
        await using var app = await StartAsync();

        var (status, body, _) = await app.PostAsync(WebhookApp.Sign(secret: SigningSecret.Create()), path: "/own");

        Assert.Equal((HttpStatusCode.BadRequest, "signature_mismatch"), (status, WebhookEndpointTests.ReasonOf(body)));
    }

    [Fact]
    public async Task The_secret_may_change_while_the_application_runs()
    {
        await using var app = await StartAsync(secret: null);
        var (status, body, _) = await app.PostAsync(WebhookApp.Sign(), path: "/own");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "no_signing_secret"), (status, WebhookEndpointTests.ReasonOf(body)));

        app.Configuration["ClerkSync:Signing:Secrets:0"] = WebhookApp.Secret.Reveal();
        app.Configuration.Reload();

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/own")).Status);
    }

    [Fact]
    public async Task A_registered_verifier_is_preferred()
    {
        var secret = SigningSecret.Create();
        var options = new SigningOptions { Secrets = { secret.Reveal() }, ClockTolerance = TimeSpan.FromDays(1) };
        await using var app = await StartAsync(b => b.Services.AddSingleton(p => new ClerkWebhookVerifier(options, p.GetRequiredService<TimeProvider>())));

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(secret: secret), path: "/own")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.PostAsync(WebhookApp.Sign(), path: "/own")).Status);
    }

    [Fact]
    public async Task A_signed_body_that_is_no_event_is_verified_and_says_why_there_is_no_event()
    {
        await using var app = await StartAsync();
        var body = "hello"u8.ToArray();

        var (status, answer, _) = await app.PostAsync(WebhookApp.Sign(body), body, "/own");

        Assert.Equal((HttpStatusCode.OK, "\"NotJson\""), (status, answer));
    }

    [Fact]
    public async Task A_buffered_body_can_be_read_again_afterwards()
    {
        await using var app = await WebhookApp.StartAsync(mapWebhooks: false, pipeline: a => a.MapPost("/own", async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            request.EnableBuffering();
            using var before = new StreamReader(request.Body, leaveOpen: true);
            await before.ReadToEndAsync(cancellationToken);
            var webhook = await request.VerifyClerkWebhookAsync(cancellationToken);
            using var after = new StreamReader(request.Body);
            return Results.Text($"{webhook.IsVerified} {(await after.ReadToEndAsync(cancellationToken)).Length}");
        }));

        var (_, answer, _) = await app.PostAsync(WebhookApp.Sign(), path: "/own");

        Assert.Equal($"True {WebhookApp.Body.Length}", answer);
    }

    private static Task<WebhookApp> StartAsync(Action<WebApplicationBuilder>? services = null, string? secret = "default") =>
        WebhookApp.StartAsync(services, mapWebhooks: false, secret: secret, pipeline: app => app.MapPost("/own", async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            var webhook = await request.VerifyClerkWebhookAsync(cancellationToken);
            if (!webhook.IsVerified)
                return webhook.Refusal.ToResult();
            return webhook.Event is UserCreated { Data: var user }
                ? Results.Text($"\"{webhook.Id} {user.Id} {user.FirstName}\"")
                : Results.Text($"\"{webhook.Reading.Reason}\"");
        }).AllowAnonymous());
}
