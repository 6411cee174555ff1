using ClerkSync.Receiving;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClerkSync.AspNetCore;

/// <summary>Hands a verified delivery on and answers when it is durable.</summary>
internal delegate ValueTask<ReceiveOutcome> ReceiveDelivery(VerifiedDelivery delivery, CancellationToken cancellationToken);

/// <summary>The webhook endpoint: verify, hand over, answer.</summary>
internal sealed partial class ClerkWebhookEndpoint(
    ClerkWebhookVerifier verifier, ReceiveDelivery receive, TimeProvider timeProvider, ILogger logger)
{
    private readonly LogGate _gate = new(timeProvider);

    public async Task HandleAsync(HttpContext context)
    {
        EarlyAnswers.MarkReached(context);
        try
        {
            var answer = HttpMethods.IsPost(context.Request.Method) ? await ReceiveAsync(context).ConfigureAwait(false) : Answer.NotAllowed(context.Request.Method);
            await answer.ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // nobody waits for an answer; and if somebody does after all, silence must not become an empty 200
            LogAborted(logger);
            context.Abort();
        }
    }

    /// <summary>Says at start what would otherwise show only when the first delivery comes.</summary>
    public void LogSecrets()
    {
        if (verifier.SecretProblem is { } problem)
            LogBadSecret(logger, problem);
        else if (verifier.Secrets.Count == 0)
            LogNoSecret(logger);
        foreach (var secret in verifier.Secrets)
        {
            if (secret.IsWeak)
                LogWeakSecret(logger, secret.KeyLength, SigningSecret.RecommendedKeyLength);
        }
    }

    private async ValueTask<Answer> ReceiveAsync(HttpContext context)
    {
        var result = await WebhookVerification.VerifyAsync(context.Request, verifier, timeProvider, context.RequestAborted).ConfigureAwait(false);
        var trace = context.Features.Get<DeliveryTrace>();
        if (!result.IsVerified)
        {
            trace?.Set(result.Refusal);
            Log(result.Refusal);
            return Answer.Of(result.Refusal);
        }

        var outcome = await receive(result.Delivery, context.RequestAborted).ConfigureAwait(false);
        trace?.Set(result.Delivery, outcome);
        LogReceived(logger, result.Delivery.Id, outcome.Result);
        return Answer.Of(outcome);
    }

    private void Log(DeliveryRefusal refusal)
    {
        if (!_gate.TryEnter((int)refusal.Reason, out var heldBack))
            return;
        if (refusal.Reason is RefusalReason.NoSigningSecret && verifier.SecretProblem is { } problem)
            LogBadSecret(logger, problem);
        else
            LogRefused(logger, refusal.Code, refusal.Message, heldBack);
    }

    [LoggerMessage(6001, LogLevel.Debug, "Delivery {MessageId}: {Result}.")]
    private static partial void LogReceived(ILogger logger, string messageId, ReceiveResult result);

    [LoggerMessage(6002, LogLevel.Warning, "A delivery was refused ({Reason}): {Sentence} ({HeldBack} more since the last such line.)")]
    private static partial void LogRefused(ILogger logger, string reason, string sentence, int heldBack);

    [LoggerMessage(6003, LogLevel.Debug, "A sender went away before it was answered. What it sent completely is kept; it will send the delivery again.")]
    private static partial void LogAborted(ILogger logger);

    [LoggerMessage(6004, LogLevel.Error, "The signing secret in the configuration cannot be used. {Problem}")]
    private static partial void LogBadSecret(ILogger logger, string problem);

    [LoggerMessage(6005, LogLevel.Warning,
        "No signing secret is configured: every webhook is answered 503 until CLERK_WEBHOOK_SIGNING_SECRET is set to the secret on the endpoint's page in Clerk's Dashboard.")]
    private static partial void LogNoSecret(ILogger logger);

    [LoggerMessage(6006, LogLevel.Warning, "A signing secret has a key of only {Length} bytes; {Recommended} are what Svix generates. Is it cut off?")]
    private static partial void LogWeakSecret(ILogger logger, int length, int recommended);
}
