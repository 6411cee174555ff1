using System.Security.Cryptography;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Polly;

namespace ClerkSync.ClerkApi;

/// <summary>Tries again what can succeed later, with growing pauses, up to a number of attempts and a time.</summary>
internal static partial class ApiRetries
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    public static void Add(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ClerkApiOptions options, TimeProvider clock, ILogger logger)
    {
        pipeline.TimeProvider = clock;

        // each retry is logged below, with Clerk's code and trace
        pipeline.TelemetryListener = null;
        if (options.MaxRetries == 0)
            return;
        pipeline.AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = options.MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            UseJitter = true,
            ShouldRetryAfterHeader = false,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is ClerkApiException { IsTransient: true } failure && HasTimeLeft(arguments.Context, failure, options, clock)),
            DelayGenerator = static arguments => ValueTask.FromResult(PauseAfter((ClerkApiException)arguments.Outcome.Exception!, CallOf(arguments.Context))),
            OnRetry = arguments =>
            {
                LogRetry(logger, arguments.Outcome.Exception!.Message, arguments.AttemptNumber + 1, options.MaxRetries);
                return ValueTask.CompletedTask;
            },
        });
    }

    private static bool HasTimeLeft(ResilienceContext context, ClerkApiException failure, ClerkApiOptions options, TimeProvider clock) =>
        CallOf(context) is { FirstSentAt: { } since } call
        && !(call.Priority == ApiPriority.Foreground && failure.RetryAfter > options.ForegroundTimeout)
        && clock.GetElapsedTime(since) + (failure.RetryAfter ?? TimeSpan.Zero) <= options.RetryFor;

    private static ApiCall? CallOf(ResilienceContext context) =>
        context.GetRequestMessage() is { } request && request.Options.TryGetValue(ApiCall.Key, out var call) ? call : null;

    /// <summary>After 429 the budget holds everybody back, this request too, unless it is a write. Null leaves the pause to the strategy.</summary>
    private static TimeSpan? PauseAfter(ClerkApiException failure, ApiCall? call) => failure switch
    {
        { Status: 429, RetryAfter: not null } when call is { Merge: null } => TimeSpan.Zero,
        { RetryAfter: { } wait } => wait + (FirstPause * RandomNumberGenerator.GetInt32(1001) / 1000),
        _ => null,
    };

    [LoggerMessage(6001, LogLevel.Warning, "{Failure} Trying again ({Retry} of at most {MaxRetries}).")]
    private static partial void LogRetry(ILogger logger, string failure, int retry, int maxRetries);
}
