using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Notices deliveries that something in front of the endpoint answered: HTTPS redirection, authentication, a wrong path. Such a failure shows nowhere
/// in the application, and in Clerk's Dashboard only as a bare status. Listens to the server's own diagnostics, so it needs no place in the pipeline
/// and sees the final answer; a request without signature headers costs one look at them.
/// </summary>
internal sealed partial class EarlyAnswers : IObserver<KeyValuePair<string, object?>>
{
    private const string RequestActivity = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    // the server tells the end of a request only to those who also want its beginning
    private const string RequestBegan = RequestActivity + ".Start";
    private const string RequestEnded = RequestActivity + ".Stop";
    private const int LongestLoggedPath = 200;

    private static readonly ConditionalWeakTable<DiagnosticListener, EarlyAnswers> OfApplications = [];

    private readonly ConcurrentDictionary<string, bool> _rightPaths = new(StringComparer.Ordinal);
    private readonly LogGate _gate;
    private readonly ILogger _logger;

    private EarlyAnswers(TimeProvider timeProvider, ILogger logger)
    {
        _gate = new(timeProvider);
        _logger = logger;
    }

    /// <summary>Watches one application, once however many endpoints it maps.</summary>
    public static EarlyAnswers Watch(DiagnosticListener server, TimeProvider timeProvider, ILogger logger) =>
        OfApplications.GetValue(server, s =>
        {
            var watcher = new EarlyAnswers(timeProvider, logger);

            // the subscription ends with the listener, which the application's host owns
            s.Subscribe(watcher, static (name, context, _) => name is RequestBegan or RequestEnded || (name is RequestActivity && IsDelivery(context as HttpContext)));
            return watcher;
        });

    public static void MarkReached(HttpContext context) => context.Features.Set(Reached.Instance);

    public void AddRightPath(string path) => _rightPaths.TryAdd(path, true);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: RequestEnded, Value: HttpContext context } && IsDelivery(context))
            Look(context);
    }

    public void OnCompleted()
    {
        // the application has ended
    }

    public void OnError(Exception error)
    {
        // a diagnostic listener never sends one
    }

    private static bool IsDelivery(HttpContext? context) =>
        context is not null && (context.Request.Headers.ContainsKey(HeaderNames.SvixId) || context.Request.Headers.ContainsKey(HeaderNames.WebhookId));

    private void Look(HttpContext context)
    {
        var status = context.Response.StatusCode;
        if (status < StatusCodes.Status300MultipleChoices || context.RequestAborted.IsCancellationRequested || context.Features.Get<Reached>() is not null)
            return;

        // another endpoint of the application answers for itself: it may well take webhooks of somebody else
        var endpoint = context.GetEndpoint();
        var isOurs = endpoint?.Metadata.GetMetadata<ClerkWebhookMetadata>() is not null;
        if (endpoint is not null && !isOurs)
            return;

        if (_gate.TryEnter(status, out var heldBack))
            LogEarlyAnswer(_logger, PathOf(context.Request), status, CauseOf(status, context.Request), string.Join(", ", _rightPaths.Keys), heldBack);
    }

    // escaped, so that a path cannot forge a log line
    private static string PathOf(HttpRequest request)
    {
        var path = (request.PathBase + request.Path).ToUriComponent();
        return path.Length <= LongestLoggedPath ? path : path[..LongestLoggedPath];
    }

    private static string CauseOf(int status, HttpRequest request) => status switch
    {
        >= 300 and < 400 when !request.IsHttps =>
            "most likely UseHttpsRedirection, because the request came in over http; Svix does not follow redirects. Enter the https URL in Clerk's Dashboard. "
            + "If it is https already, a proxy or tunnel speaks http to this server: let it send X-Forwarded-Proto and call UseForwardedHeaders() before "
            + "UseHttpsRedirection(), or let the tunnel speak https",
        >= 300 and < 400 =>
            "most likely a redirect to another host, to a sign-in page or to a path with or without a slash at its end; Svix does not follow redirects. "
            + "Enter the final URL in Clerk's Dashboard",
        401 or 403 =>
            "most likely authentication or a firewall in the pipeline; a delivery has no user, its signature is its authentication. Let the path through: "
            + "MapClerkWebhooks allows anonymous requests, but a middleware of your own must do so too",
        404 => "most likely the URL in Clerk's Dashboard has another path, or a PathBase or a proxy changes it",
        405 => "most likely another endpoint has this path, and takes no POST",
        400 => "most likely AllowedHosts refuses the host name of the tunnel or proxy, or antiforgery stands before the endpoint. Allow the host name",
        413 => "most likely a size limit of the pipeline; deliveries are up to about 350 kB",
        429 => "most likely the rate limiter. Exempt the path: after an outage many deliveries come at once",
        _ => "most likely a middleware before the endpoint, such as a rate limiter, a request timeout, a maintenance page or an error handler",
    };

    [LoggerMessage(6010, LogLevel.Warning,
        "A delivery to {Path} was answered {Status} before it reached the webhook endpoint: {Cause}. The endpoint is POST {RightPath}. ({HeldBack} more since the last such line.)")]
    private static partial void LogEarlyAnswer(ILogger logger, string path, int status, string cause, string rightPath, int heldBack);

    private sealed class Reached
    {
        public static readonly Reached Instance = new();
    }
}

/// <summary>Marks the endpoints that belong to ClerkSync.</summary>
internal sealed class ClerkWebhookMetadata
{
    public static readonly ClerkWebhookMetadata Instance = new();
}
