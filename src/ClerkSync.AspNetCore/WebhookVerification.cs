using System.Runtime.CompilerServices;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.AspNetCore;

/// <summary>Finds the application's verifier and verifies a request with it. What can be refused without the body is refused before it is read.</summary>
internal static class WebhookVerification
{
    // one per configuration, so that an application without any registration parses its secrets once and follows their changes
    private static readonly ConditionalWeakTable<IConfiguration, ClerkWebhookVerifier> FromConfigurations = [];

    public static ClerkWebhookVerifier VerifierOf(IServiceProvider services)
    {
        if (services.GetService<ClerkWebhookVerifier>() is { } registered)
            return registered;
        var configuration = services.GetService<IConfiguration>() ?? throw new InvalidOperationException(
            "There is no IConfiguration among the services, so the signing secret cannot be found. Register a ClerkWebhookVerifier as a singleton.");
        return FromConfigurations.GetValue(configuration, c => ClerkWebhookVerifier.FromConfiguration(c, ClockOf(services)));
    }

    public static TimeProvider ClockOf(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;

    public static async ValueTask<VerificationResult> VerifyAsync(
        HttpRequest request, ClerkWebhookVerifier verifier, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (verifier.FindUnready() is { } unready)
            return new(unready);
        if (request.ContentLength > verifier.MaxBodySize)
            return new(DeliveryRefusal.TooLarge(verifier.MaxBodySize));
        if (!DeliveryHeaders.TryRead(request.Headers, static (source, name) => source[name], out var headers, out var malformed))
            return new(malformed);

        var (body, refusal) = await WebhookBody.ReadAsync(request, verifier.MaxBodySize, timeProvider, cancellationToken).ConfigureAwait(false);
        return refusal is null ? verifier.VerifyDelivery(headers, body) : new(refusal);
    }
}
