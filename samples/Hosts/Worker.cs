using System.Threading.Channels;
using ClerkSync;

namespace Hosts;

/// <summary>A service of the Generic Host that has a web server only for the webhooks, and works on them one after the other.</summary>
internal static class Worker
{
    public static Task RunAsync(string[] args) => Host.CreateDefaultBuilder(args)
        .ConfigureServices(services => services.AddSingleton(Channel.CreateBounded<ClerkWebhook>(1000)).AddHostedService<WebhookWorker>())
        .ConfigureWebHostDefaults(web => web.Configure(app => app.UseRouting().UseEndpoints(Map)))
        .Build()
        .RunAsync();

    private static void Map(IEndpointRouteBuilder endpoints)
    {
        // begin host-worker-endpoint
        endpoints.MapPost("/api/webhooks/clerk", async (HttpRequest request, Channel<ClerkWebhook> queue, CancellationToken cancellationToken) =>
        {
            var webhook = await request.VerifyClerkWebhookAsync(cancellationToken);
            if (!webhook.IsVerified)
                return webhook.Refusal.ToResult();

            // in memory: a crash loses what waits here, and nobody sends it again after a 200
            return queue.Writer.TryWrite(webhook) ? Results.Ok(new { received = true }) : Results.StatusCode(503);
        });
        // end host-worker-endpoint
    }
}

// begin host-worker
internal sealed class WebhookWorker(Channel<ClerkWebhook> queue) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var webhook in queue.Reader.ReadAllAsync(stoppingToken))
            Accounts.Take(webhook);
    }
}
// end host-worker
