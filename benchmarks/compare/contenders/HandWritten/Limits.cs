using ClerkSync.Receiving;

namespace HandWritten;

/// <summary>What no receiver on this host can be faster than.</summary>
internal static class Limits
{
    /// <summary>Reads the body and answers.</summary>
    public static WebApplication CreateAnswering(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.MapPost(WebhookRoute.Path, async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            await request.Body.CopyToAsync(Stream.Null, cancellationToken);
            return WebhookRoute.Received();
        });
        return app;
    }

    /// <summary>ClerkSync up to its queue: the endpoint itself, which verifies, and the reading of the message; nothing is stored.</summary>
    public static WebApplication CreateVerifying(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.MapClerkWebhooks(WebhookRoute.Path, (delivery, _) =>
        {
            var message = InboundMessage.Received(delivery.Id, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), delivery.Body);
            return ValueTask.FromResult(new ReceiveOutcome(message.Event is null ? ReceiveResult.Unreadable : ReceiveResult.Applied));
        });
        return app;
    }
}
