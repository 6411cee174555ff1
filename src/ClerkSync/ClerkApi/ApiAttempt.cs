using System.Net.Http.Headers;

namespace ClerkSync.ClerkApi;

/// <summary>
/// One attempt of a request, the innermost of our handlers: it takes its place in the budget, has a time limit, and ends with an answer that is complete and understood,
/// or with a <see cref="ClerkApiException"/>. Retries stand around it, so what is cut short can be tried again like anything else.
/// </summary>
internal sealed class ApiAttempt(ClerkApiOptions options, RateBudget budget, TimeProvider clock) : DelegatingHandler
{
    /// <summary>Clerk's error answers have some hundred bytes.</summary>
    private const int LargestError = 64 * 1024;

    /// <summary>The pause after a 429 that does not say how long.</summary>
    private static readonly TimeSpan UnnamedPause = TimeSpan.FromSeconds(2);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(ApiCall.Key, out var call))
            throw new InvalidOperationException("Only ClerkApiClient sends requests with this handler.");

        if (call.Priority == ApiPriority.Foreground && budget.PauseLeft is var left && left > options.ForegroundTimeout)
            throw ApiFailure.Paused(call.Name, left);
        await budget.AcquireAsync(call.Priority, cancellationToken).ConfigureAwait(false);
        call.FirstSentAt ??= clock.GetTimestamp();
        using var limit = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await SendAsync(request, call, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // what else ends it is the limit for making a connection
            throw limit.IsCancellationRequested
                ? ApiFailure.Timeout(call.Name, options.Timeout)
                : ApiFailure.Connection(call.Name, request.RequestUri!.Authority, new HttpRequestException(HttpRequestError.ConnectionError));
        }
        catch (HttpRequestException exception)
        {
            throw ApiFailure.Connection(call.Name, request.RequestUri!.Authority, exception);
        }
        catch (IOException)
        {
            throw ApiFailure.Cut(call.Name);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, ApiCall call, CancellationToken cancellationToken)
    {
        var sentAt = clock.GetTimestamp();
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var duration = clock.GetElapsedTime(sentAt);
            if (response.IsSuccessStatusCode)
                await TakeAsync(response, call, duration, cancellationToken).ConfigureAwait(false);
            else
                await RefuseAsync(response, call, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task TakeAsync(HttpResponseMessage response, ApiCall call, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is { } type && !type.EndsWith("json", StringComparison.OrdinalIgnoreCase))
            throw ApiFailure.NotJson(call.Name, (int)response.StatusCode);
        var answeredAt = DateOf(response, call);
        var body = await ReadBodyAsync(response, call, options.MaxAnswerSize, cancellationToken).ConfigureAwait(false)
            ?? throw ApiFailure.TooLarge(call.Name, options.MaxAnswerSize);
        call.Take(body, answeredAt - (long)Math.Ceiling(duration.TotalMilliseconds), answeredAt);
    }

    /// <summary>Says why an answer is no success.</summary>
    /// <exception cref="ClerkApiException">Always, except where Clerk says that there is no such object.</exception>
    private async Task RefuseAsync(HttpResponseMessage response, ApiCall call, CancellationToken cancellationToken)
    {
        var retryAfter = RetryAfter(response.Headers);
        // a write is refused for its object alone: Clerk allows 10 in 10 s, and nobody else has to wait for that
        if ((int)response.StatusCode == 429 && call.Merge is null)
            budget.Pause(retryAfter ?? UnnamedPause);

        var body = await ReadBodyAsync(response, call, LargestError, cancellationToken).ConfigureAwait(false);
        var ray = response.Headers.TryGetValues("cf-ray", out var rays) ? rays.FirstOrDefault() : null;
        var failure = ApiFailure.Of(call.Name, response.StatusCode, body, ray, retryAfter, isWrite: call.Merge is not null);
        if (!call.MayBeMissing || !ApiFailure.IsMissing(failure))
            throw failure;
        call.TakeMissing(DateOf(response, call));
    }

    /// <summary>Streams and decoders fail in many ways; each means that the body is of no use.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpResponseMessage response, ApiCall call, int maxSize, CancellationToken cancellationToken)
    {
        try
        {
            return await ApiBody.ReadAsync(response.Content, maxSize, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw ApiFailure.Cut(call.Name);
        }
    }

    private static long DateOf(HttpResponseMessage response, ApiCall call) =>
        response.Headers.Date is { } date ? date.ToUnixTimeMilliseconds() : throw ApiFailure.NoDate(call.Name);

    /// <summary>A date counts from the answer's own: this machine's clock may be wrong.</summary>
    private TimeSpan? RetryAfter(HttpResponseHeaders headers) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - (headers.Date ?? clock.GetUtcNow()) is { } wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}
