using System.Net;
using System.Net.Http.Headers;
using ClerkSync.Signing;

namespace ClerkSync.Emulator.Deliveries;

/// <summary>How an attempt ended, and what the receiver asked for in its headers.</summary>
internal sealed record AttemptOutcome(EmulatedAttempt Attempt, bool AbortsMessage = false, bool DisablesEndpoint = false);

/// <summary>Makes one attempt: a fresh timestamp, fresh signatures, fifteen seconds.</summary>
internal sealed class AttemptSender(TimeProvider time)
{
    private const string ControlHeader = "webhook-delivery";
    private const string Agent = "Svix-Webhooks/1.84.0 (sender-emulated)";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly SigningSecret Foreign = SigningSecret.Create();

    /// <summary>Never throws: whatever happens is the outcome.</summary>
    public async Task<AttemptOutcome> SendAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        AttemptOutcome Ended(int? status, string? error) => new(new(attempt.Message.Id, attempt.Message.Type, attempt.Number, now, status, error));
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = MakeRequest(attempt, now);
            using var response = await attempt.Endpoint.Invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            var wish = response.Headers.TryGetValues(ControlHeader, out var values) ? string.Join(',', values) : "";
            return Ended((int)response.StatusCode, null) with { AbortsMessage = wish == "abort-message", DisablesEndpoint = wish == "disable" };
        }
        catch (OperationCanceledException)
        {
            return Ended(null, patience.IsCancellationRequested ? "timeout" : "stopped");
        }
        catch (Exception exception)
        {
            // in memory the receiver's own exceptions come through; for a sender that is a receiver which does not answer
            return Ended(null, exception.GetType().Name);
        }
    }

    private static HttpRequestMessage MakeRequest(Attempt attempt, DateTimeOffset now)
    {
        var secrets = attempt.Flaw == Flaw.Forged ? new SigningSecrets(Foreign) : attempt.Endpoint.Secrets;
        var request = new HttpRequestMessage(HttpMethod.Post, attempt.Endpoint.Url)
        {
            Version = HttpVersion.Version11,
            Content = new ReadOnlyMemoryContent(attempt.Message.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        foreach (var (name, value) in DeliverySigner.CreateHeaders(secrets, attempt.Message.Id, now.ToUnixTimeSeconds(), attempt.Message.Body.Span))
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
