using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ClerkSync.AspNetCore;
using ClerkSync.Receiving;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoint that receives Clerk's webhooks.</summary>
public static class ClerkWebhookEndpointRouteBuilderExtensions
{
    /// <summary>The path that Clerk's own guides use.</summary>
    internal const string DefaultPattern = "/api/webhooks/clerk";

    private const string Category = "ClerkSync.Webhooks";

    /// <summary>
    /// Maps the endpoint that receives Clerk's webhooks: POST requests, verified by their signature, committed, then answered. It allows anonymous
    /// requests, needs no antiforgery token, has its own body limit (1 MiB, <c>ClerkSync:Signing:MaxBodySize</c>) whatever the server's is, and does not
    /// look at the content type. Enter its public URL in Clerk's Dashboard under Webhooks.
    /// </summary>
    /// <param name="endpoints">The application, or a group.</param>
    /// <param name="pattern">The path; <c>/api/webhooks/clerk</c> by default.</param>
    /// <returns>For further conventions, such as a host name.</returns>
    /// <exception cref="InvalidOperationException"><c>AddClerkSync()</c> was not called, or no database was chosen.</exception>
    public static IEndpointConventionBuilder MapClerkWebhooks(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = DefaultPattern)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var receiver = endpoints.ServiceProvider.GetService<DeliveryReceiver>() ?? throw new InvalidOperationException(
            "MapClerkWebhooks needs ClerkSync's services. Call builder.Services.AddClerkSync().UseSqlite(\"Data Source=clerksync.db\"), or .UsePostgreSql(…), before "
            + "builder.Build(). To verify webhooks without a database, map an endpoint of your own that calls Request.VerifyClerkWebhookAsync().");
        return endpoints.MapClerkWebhooks(pattern, receiver.ReceiveAsync);
    }

    /// <summary>The same in front of any receiver.</summary>
    internal static IEndpointConventionBuilder MapClerkWebhooks(this IEndpointRouteBuilder endpoints, string pattern, ReceiveDelivery receive)
    {
        var services = endpoints.ServiceProvider;
        var logger = LoggerOf(services);
        var clock = WebhookVerification.ClockOf(services);
        var verifier = WebhookVerification.VerifierOf(services);
        var endpoint = new ClerkWebhookEndpoint(verifier, receive, clock, logger);
        endpoint.LogSecrets();

        // all methods: a 405 with a sentence helps whoever opens the URL in a browser
        var conventions = endpoints.Map(pattern, endpoint.HandleAsync)
            .AllowAnonymous()
            .DisableAntiforgery()
            .WithDisplayName("Clerk webhooks")
            .WithMetadata(ClerkWebhookMetadata.Instance, new BodyLimit(verifier.MaxBodySize));
        if (services.GetService<DiagnosticListener>() is { } server)
        {
            var earlyAnswers = EarlyAnswers.Watch(server, clock, logger);

            // only when the endpoint is built are the prefixes of its groups known
            conventions.Add(builder => earlyAnswers.AddRightPath((builder as RouteEndpointBuilder)?.RoutePattern.RawText ?? pattern));
        }

        return conventions;
    }

    /// <summary>Answers every other path with 404 and a sentence that names the right one. For servers that do nothing else.</summary>
    internal static IEndpointConventionBuilder MapClerkWebhooksNotFound(this IEndpointRouteBuilder endpoints, string rightPath = DefaultPattern) =>
        endpoints.MapFallback("{**path}", context => Answer.NotFound(rightPath).ExecuteAsync(context))
            .AllowAnonymous()
            .DisableAntiforgery()
            .WithMetadata(ClerkWebhookMetadata.Instance);

    private static ILogger LoggerOf(IServiceProvider services) =>
        services.GetService<ILoggerFactory>()?.CreateLogger(Category) ?? NullLogger.Instance;

    /// <summary>The server's own limit for this endpoint, which routing sets before any middleware reads the body.</summary>
    private sealed class BodyLimit(int maxSize) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize { get; } = (long)maxSize + WebhookBody.FramingAllowance;
    }
}
