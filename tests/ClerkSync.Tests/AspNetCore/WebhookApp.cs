using System.Collections.Concurrent;
using System.Net;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.AspNetCore;

/// <summary>The endpoint behind a real Kestrel on loopback, in front of a receiver that only remembers.</summary>
internal sealed class WebhookApp : IAsyncDisposable
{
    public const string Path = "/api/webhooks/clerk";
    public const long Now = 1_785_400_020;

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private WebhookApp(WebApplication app, FakeTimeProvider clock)
    {
        _app = app;
        Clock = clock;
    }

    public static SigningSecret Secret { get; } = SigningSecret.Create();

    public static byte[] Body { get; } = """{"type":"user.created","data":{"id":"user_1","object":"user","first_name":"Payload-Of-Ada"}}"""u8.ToArray();

    public FakeTimeProvider Clock { get; }

    public ConcurrentQueue<VerifiedDelivery> Received { get; } = new();

    public Func<VerifiedDelivery, ReceiveOutcome> Outcome { get; set; } = _ => new(ReceiveResult.Applied);

    public HttpClient Client { get; private set; } = null!;

    public int Port { get; private set; }

    public FakeLogCollector Log => _app.Services.GetFakeLogCollector();

    public IConfigurationRoot Configuration => (IConfigurationRoot)_app.Configuration;

    public IReadOnlyList<string> Warnings =>
        [.. Log.GetSnapshot().Where(r => r.Level >= LogLevel.Warning && r.Category == "ClerkSync.Webhooks").Select(r => r.Message)];

    public static async Task<WebhookApp> StartAsync(
        Action<WebApplicationBuilder>? services = null, Action<WebApplication>? pipeline = null, bool mapWebhooks = true, string? secret = "default")
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(
            [new("CLERK_WEBHOOK_SIGNING_SECRET", secret == "default" ? Secret.Reveal() : secret), new("AllowedHosts", "*")]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace);
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(Now));
        builder.Services.AddSingleton<TimeProvider>(clock);
        WebhookApp? started = null;
        builder.Logging.AddFakeLogging(o => o.OutputSink = line => started?.OnLine(line));
        services?.Invoke(builder);

        var app = builder.Build();
        started = new WebhookApp(app, clock);
        pipeline?.Invoke(app);
        if (mapWebhooks)
            started.Map(app);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        started.Port = new Uri(address).Port;
        started.Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = new Uri(address) };
        return started;
    }

    public IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string path = Path) =>
        endpoints.MapClerkWebhooks(path, (delivery, _) =>
        {
            Received.Enqueue(delivery);
            return new(Outcome(delivery));
        });

    /// <summary>Headers of a delivery signed now.</summary>
    public static KeyValuePair<string, string>[] Sign(byte[]? body = null, string id = "msg_1", SigningSecret? secret = null, HeaderFamily family = HeaderFamily.Svix) =>
        [.. DeliverySigner.CreateHeaders(new SigningSecrets(secret ?? Secret), id, Now, body ?? Body, family)];

    public async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Response)> PostAsync(
        IEnumerable<KeyValuePair<string, string>> headers, byte[]? body = null, string path = Path, string? contentType = "application/json", HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path);
        if (request.Method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent(body ?? Body);
            if (contentType is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response);
    }

    /// <summary>Completes when a log line with this text has been written, before or after the call.</summary>
    public Task LoggedAsync(string text)
    {
        var signal = _awaited.GetOrAdd(text, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_lines.Any(l => l.Contains(text, StringComparison.Ordinal)))
            signal.TrySetResult();
        return signal.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private void OnLine(string line)
    {
        _lines.Enqueue(line);
        foreach (var (text, signal) in _awaited)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                signal.TrySetResult();
        }
    }
}
