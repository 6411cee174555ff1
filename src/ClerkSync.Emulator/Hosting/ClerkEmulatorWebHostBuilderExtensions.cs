using ClerkSync.Emulator;
using ClerkSync.Emulator.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Connects an application under test with an emulator.</summary>
public static class ClerkEmulatorWebHostBuilderExtensions
{
    /// <summary>
    /// Gives the application the emulator's keys, address and signing secret under Clerk's names, and delivers the emulator's events to it, in memory,
    /// from its start to its stop. For <c>WebApplicationFactory</c>, or any host.
    /// </summary>
    /// <param name="host">The host of the application.</param>
    /// <param name="clerk">The emulator; it is not disposed with the host.</param>
    /// <param name="path">The path of the webhook endpoint.</param>
    /// <returns>The host.</returns>
    public static IWebHostBuilder UseClerkEmulator(this IWebHostBuilder host, ClerkEmulator clerk, string path = "/api/webhooks/clerk")
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(clerk);
        ArgumentNullException.ThrowIfNull(path);
        foreach (var (name, value) in clerk.Settings)
            host.UseSetting(name, value);
        return host.ConfigureServices(services => services.AddSingleton<IStartupFilter>(p => new Connection(clerk, path, p.GetRequiredService<IHostApplicationLifetime>())));
    }

    private sealed class Connection(ClerkEmulator clerk, string path, IHostApplicationLifetime lifetime) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
        {
            application.Use(pipeline =>
            {
                var handler = new PipelineHandler(pipeline, application.ApplicationServices);
                lifetime.ApplicationStarted.Register(() =>
                {
                    var endpoint = clerk.DeliverTo(new(new("http://localhost"), path), new() { Handler = handler });
                    lifetime.ApplicationStopping.Register(() => clerk.Remove(endpoint));
                });
                return pipeline;
            });
            next(application);
        };
    }
}
