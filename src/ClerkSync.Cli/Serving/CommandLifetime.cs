using Microsoft.Extensions.Hosting;

namespace ClerkSync.Cli.Serving;

/// <summary>Signals are the command line's: it tells the server to stop, and nobody else does.</summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
