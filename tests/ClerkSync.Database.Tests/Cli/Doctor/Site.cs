using ClerkSync.Database.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.Cli.Doctor;

/// <summary>A real web server on loopback, which stands for whatever answers to an endpoint's URL.</summary>
internal sealed class Site : IAsyncDisposable
{
    public const string Path = "/api/webhooks/clerk";

    private readonly WebApplication _app;

    private Site(WebApplication app) => (_app, Root) = (app, new(app.Urls.Single()));

    public Uri Root { get; }

    public int Port => Root.Port;

    /// <summary>Answers everything as it is told.</summary>
    public static Task<Site> AnsweringAsync(RequestDelegate answer) => StartAsync(app => app.Run(answer));

    /// <summary>Answers with a status and a text.</summary>
    public static Task<Site> SayingAsync(int status, string body, params (string Name, string Value)[] headers) => AnsweringAsync(http =>
    {
        http.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
        return http.Response.WriteAsync(body);
    });

    /// <summary>ClerkSync's own endpoint in front of an engine.</summary>
    public static Task<Site> ReceivingAsync(Engine engine, string? secret, string path = Path, Action<HttpContext>? before = null) => StartAsync(
        app =>
        {
            app.Use((http, next) =>
            {
                before?.Invoke(http);
                return next(http);
            });
            app.MapClerkWebhooks(path, engine.Receiver.ReceiveAsync);
            app.MapClerkWebhooksNotFound(path);
        },
        secret,
        engine.Clock);

    /// <summary>A handler as people write one: it verifies, works, and answers; a refusal in its own words, or in ours.</summary>
    public static Task<Site> VerifyingAsync(string secret, TimeProvider clock, RequestDelegate work, bool ours = false) => StartAsync(
        app => app.Run(async http =>
        {
            var webhook = await http.Request.VerifyClerkWebhookAsync(http.RequestAborted);
            if (webhook.IsVerified)
            {
                await work(http);
                return;
            }

            if (ours)
            {
                await webhook.Refusal.ToResult().ExecuteAsync(http);
                return;
            }

            http.Response.StatusCode = 400;
            await http.Response.WriteAsync("Error verifying webhook");
        }),
        secret,
        clock);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task<Site> StartAsync(Action<WebApplication> map, string? secret = null, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([new("CLERK_WEBHOOK_SIGNING_SECRET", secret)]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }
}
