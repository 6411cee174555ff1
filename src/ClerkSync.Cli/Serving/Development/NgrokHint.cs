using ClerkSync.Cli.Diagnosing;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>An ngrok agent of this machine may lead to the server already; nobody remembers its address.</summary>
internal static class NgrokHint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks the agent.</summary>
    /// <returns>The public URL of the endpoint; null when no agent runs, or none of its addresses leads here.</returns>
    public static async Task<Uri?> FindAsync(CliHost host, Uri endpoint, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var client = new HttpClient(host.HttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            var open = await new NgrokAgent(client, NgrokAgent.DefaultApi).FindAsync(either.Token);
            return open?.FirstOrDefault(e => e.Port == endpoint.Port) is { } leads ? new(leads.Public, endpoint.AbsolutePath) : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
