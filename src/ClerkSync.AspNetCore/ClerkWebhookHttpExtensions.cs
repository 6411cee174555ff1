using ClerkSync;
using ClerkSync.AspNetCore;
using ClerkSync.Signing;

namespace Microsoft.AspNetCore.Http;

/// <summary>Verifies Clerk's webhooks in an endpoint of your own.</summary>
public static class ClerkWebhookHttpExtensions
{
    /// <summary>
    /// Verifies that the request is a webhook of Clerk, unchanged and fresh, and reads its event. Needs no registration: the signing secret comes from
    /// the configuration (<c>CLERK_WEBHOOK_SIGNING_SECRET</c>, or <c>ClerkSync:Signing:Secrets</c>), and a change there takes effect at once. The
    /// endpoint must let anonymous requests in: the signature is the authentication.
    /// </summary>
    /// <remarks>
    /// Reads the body: at most 1 MiB, in at most 15 seconds. If something reads the body earlier it must call <c>Request.EnableBuffering()</c> first;
    /// a buffered body is read from its beginning and left there.
    /// </remarks>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the reading of the body.</param>
    /// <returns>The event, or the reason why the webhook was refused.</returns>
    /// <exception cref="InvalidOperationException">Something else has read the body already.</exception>
    /// <exception cref="OperationCanceledException">The sender went away, or the token was cancelled.</exception>
    public static async ValueTask<ClerkWebhook> VerifyClerkWebhookAsync(this HttpRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var services = request.HttpContext.RequestServices;
        var verifier = WebhookVerification.VerifierOf(services);
        var result = await WebhookVerification.VerifyAsync(request, verifier, WebhookVerification.ClockOf(services), cancellationToken).ConfigureAwait(false);
        return result.IsVerified ? new(result.Delivery) : new(result.Refusal);
    }

    /// <summary>
    /// The answer to a refused webhook: 400, 408, 413, or 503 when no signing secret is configured, with a JSON body that names the reason and the
    /// fix. Clerk shows it in its Dashboard under Message Attempts.
    /// </summary>
    /// <param name="refusal">Why the webhook was refused.</param>
    /// <returns>The result to return from the endpoint.</returns>
    public static IResult ToResult(this DeliveryRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return Answer.Of(refusal);
    }
}
