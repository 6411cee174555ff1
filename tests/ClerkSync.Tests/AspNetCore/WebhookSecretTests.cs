using System.Net;
using System.Text;
using ClerkSync.Receiving;
using ClerkSync.Signing;

namespace ClerkSync.Tests.AspNetCore;

/// <summary>Secrets that are missing, damaged, weak or exchanged, and that none of them shows.</summary>
public sealed class WebhookSecretTests
{
    [Fact]
    public async Task Without_a_secret_everything_is_answered_503_until_the_configuration_has_one()
    {
        await using var app = await WebhookApp.StartAsync(secret: null);
        var (status, body, response) = await app.PostAsync(WebhookApp.Sign());
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "no_signing_secret"), (status, WebhookEndpointTests.ReasonOf(body)));
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains(app.Warnings, w => w.StartsWith("No signing secret is configured", StringComparison.Ordinal));

        app.Configuration["CLERK_WEBHOOK_SECRET"] = WebhookApp.Secret.Reveal();
        app.Configuration.Reload();

        (status, _, _) = await app.PostAsync(WebhookApp.Sign());
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Secrets_are_rotated_without_restart_and_a_damaged_one_changes_nothing()
    {
        await using var app = await WebhookApp.StartAsync();
        var next = SigningSecret.Create();
        async Task<HttpStatusCode> PostWithAsync(SigningSecret secret) => (await app.PostAsync(WebhookApp.Sign(secret: secret))).Status;
        void Configure(string value)
        {
            app.Configuration["CLERK_WEBHOOK_SIGNING_SECRET"] = value;
            app.Configuration.Reload();
        }

        Assert.Equal(HttpStatusCode.BadRequest, await PostWithAsync(next));
        Configure($"{next.Reveal()} {WebhookApp.Secret.Reveal()}");
        Assert.Equal(HttpStatusCode.OK, await PostWithAsync(next));
        Assert.Equal(HttpStatusCode.OK, await PostWithAsync(WebhookApp.Secret));
        Configure("whsec_damaged");
        Assert.Equal(HttpStatusCode.OK, await PostWithAsync(next));
        Configure(next.Reveal());
        Assert.Equal(HttpStatusCode.OK, await PostWithAsync(next));
        Assert.Equal(HttpStatusCode.BadRequest, await PostWithAsync(WebhookApp.Secret));
    }

    [Fact]
    public async Task A_damaged_secret_is_told_in_the_log_and_not_to_the_sender()
    {
        await using var app = await WebhookApp.StartAsync(secret: "whsec_AAECAwQFBgcICQo");

        var (status, body, _) = await app.PostAsync(WebhookApp.Sign());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "no_signing_secret"), (status, WebhookEndpointTests.ReasonOf(body)));
        Assert.Contains("cannot be used", body, StringComparison.Ordinal);
        Assert.DoesNotContain("multiple of 4", body, StringComparison.Ordinal);
        Assert.Contains(app.Warnings, w => w.Contains("multiple of 4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_weak_secret_is_warned_of()
    {
        await using var app = await WebhookApp.StartAsync(secret: "whsec_AAECAwQFBgc=");

        Assert.Contains(app.Warnings, w => w.Contains("only 8 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_signature_or_payload_appears_in_a_noisy_log()
    {
        await using var app = await WebhookApp.StartAsync();
        var other = SigningSecret.Create();
        var signed = WebhookApp.Sign();
        await app.PostAsync(signed);
        await app.PostAsync(WebhookApp.Sign(secret: other));
        await app.PostAsync(signed, [.. WebhookApp.Body, 0]);
        await app.PostAsync([signed[0], new("svix-timestamp", "Payload-Of-Ada"), signed[2]]);
        await app.PostAsync(signed, path: "/elsewhere");
        app.Outcome = _ => new(ReceiveResult.DatabaseUnavailable);
        await app.PostAsync(signed);
        app.Configuration["CLERK_WEBHOOK_SIGNING_SECRET"] = other.Reveal()[..^3];
        app.Configuration.Reload();
        await app.PostAsync(signed);
        await app.LoggedAsync("was answered 404");

        var log = new StringBuilder();
        foreach (var record in app.Log.GetSnapshot())
            log.AppendLine(record.ToString()).AppendLine(record.Message).AppendLine(string.Join(' ', record.StructuredState ?? [])).AppendLine(record.Exception?.ToString());
        var text = log.ToString();
        Assert.Contains("signature_mismatch", text, StringComparison.Ordinal);
        foreach (var forbidden in new[] { WebhookApp.Secret.Reveal()[6..], other.Reveal()[6..16], signed[2].Value[3..], "Payload-Of-Ada" })
            Assert.DoesNotContain(forbidden, text, StringComparison.Ordinal);
    }
}
