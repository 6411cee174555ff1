using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Tests.Cli;

/// <summary>A small real server that takes deliveries: it checks their signature with code of its own and answers as it is told.</summary>
internal sealed class SampleEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _secret;

    private SampleEndpoint(WebApplication app, string secret)
    {
        _app = app;
        _secret = secret;
    }

    public string Url => $"{_app.Urls.Single()}/api/webhooks/clerk";

    public ConcurrentQueue<ReceivedSample> Received { get; } = new();

    /// <summary>What is answered to a good signature.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = http => http.Response.WriteAsync("""{"received":true,"result":"applied"}""");

    public static async Task<SampleEndpoint> StartAsync(string secret = CliRun.Secret)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var endpoint = new SampleEndpoint(builder.Build(), secret);
        endpoint._app.Run(endpoint.ReceiveAsync);
        await endpoint._app.StartAsync(TestContext.Current.CancellationToken);
        return endpoint;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var headers = http.Request.Headers;
        var sample = new ReceivedSample(http.Request.Method, http.Request.Path, headers["svix-id"].Single()!, long.Parse(headers["svix-timestamp"].Single()!, CultureInfo.InvariantCulture), body.ToArray());
        Received.Enqueue(sample);

        byte[] signed = [.. Encoding.UTF8.GetBytes($"{sample.Id}.{sample.Timestamp}."), .. sample.Body];
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(_secret["whsec_".Length..]), signed));
        if (string.Equals(headers["svix-signature"].Single(), expected, StringComparison.Ordinal))
        {
            await Answer(http);
            return;
        }

        http.Response.StatusCode = 400;
        await http.Response.WriteAsync("""{"error":"The signature does not match. Check the secret.","reason":"signature_mismatch"}""");
    }
}

internal sealed record ReceivedSample(string Method, string Path, string Id, long Timestamp, byte[] Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Type => Json.GetProperty("type").GetString()!;
}
