using System.Collections.Concurrent;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>A real listener on loopback that notes what is posted to it and answers as it is told.</summary>
internal sealed class ForwardEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ForwardEndpoint(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>Host, port and path, as they show in errors.</summary>
    public string Url => $"{Address}/hook";

    public ConcurrentQueue<ForwardedRequest> Received { get; } = [];

    /// <summary>Answers the n-th request, counted from 1.</summary>
    public Func<HttpContext, int, Task> Answer { get; set; } = (http, _) => http.Response.WriteAsync("fine");

    public static async Task<ForwardEndpoint> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var endpoint = new ForwardEndpoint(builder.Build());
        endpoint._app.Run(endpoint.ReceiveAsync);
        await endpoint._app.StartAsync();
        return endpoint;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        Received.Enqueue(new(
            http.Request.Method,
            http.Request.Path + http.Request.QueryString,
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()));
        await Answer(http, Received.Count);
    }
}

internal sealed record ForwardedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public long Timestamp => long.Parse(Headers["svix-timestamp"], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a receiver with these secrets accepts it, whichever family of headers it reads.</summary>
    public bool IsAcceptedBy(SigningSecrets secrets, TimeProvider clock)
    {
        using var verifier = new ClerkWebhookVerifier(new SigningOptions { Secrets = { string.Join(' ', secrets.Select(s => s.Reveal())) } }, clock);
        return new[] { "svix-", "webhook-" }.All(family => verifier.Verify(Headers.Where(h => h.Key.StartsWith(family, StringComparison.OrdinalIgnoreCase)), Body).IsVerified);
    }
}
