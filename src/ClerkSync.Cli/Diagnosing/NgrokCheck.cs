using System.Globalization;
using ClerkSync.Cli.Serving;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether an ngrok agent of this machine leads to the endpoint's port.</summary>
internal sealed class NgrokCheck(CliHost host, IConfiguration configuration, EndpointTarget? target, DevState? running, Uri api) : Check("ngrok")
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public override TimeSpan Limit => TimeSpan.FromSeconds(5);

    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient(host.HttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var place = $"{api.Host}:{api.Port.ToString(CultureInfo.InvariantCulture)}";
        if (await FindAsync(client, cancellationToken) is not { } endpoints)
        {
            return target is { IsGiven: true } && IsOfNgrok(target.Url)
                ? Warn("no_agent", $"{target.Url.Host} is a name of ngrok, and no agent answers at {place}.", "If its agent should run on this machine, start it: ngrok http 8787. The agent's setting web_addr moves it from 4040.")
                : Pass($"No ngrok agent runs on this machine ({place}).");
        }

        if (Own() is not var (ports, path))
            return NotChecked("the addresses of the server cannot be read, see \"configuration\"");
        var open = string.Join(", ", endpoints.Select(e => string.Create(CultureInfo.InvariantCulture, $"{Root(e)} to {(e.Port is { } port ? $"port {port}" : "another machine")}")));
        if (endpoints.FirstOrDefault(e => e.Port is { } port && ports.Contains(port)) is { } ours)
            return Pass($"ngrok leads {Root(ours)} to this endpoint: enter {Root(ours)}{path} in Clerk's Dashboard.", $"Open: {open}.");
        return endpoints.Count == 0
            ? Warn("no_tunnel", "An ngrok agent runs, and has no address open.", string.Create(CultureInfo.InvariantCulture, $"Start it with the port: ngrok http {ports[0]}"))
            : Warn(
                "tunnel_elsewhere", string.Create(CultureInfo.InvariantCulture, $"No address of ngrok leads to port {string.Join(" or ", ports)}: {open}."),
                string.Create(CultureInfo.InvariantCulture, $"If Clerk shall deliver here, start it with this port: ngrok http {ports[0]}"));
    }

    /// <summary>What takes the connection and says nothing is no agent.</summary>
    private async Task<IReadOnlyList<NgrokEndpoint>?> FindAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_patience, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await new NgrokAgent(client, api).FindAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The ports on which ClerkSync listens here, or would; null when the setting cannot be read.</summary>
    private (int[] Ports, string Path)? Own()
    {
        if (target is { IsGiven: true, Url.IsLoopback: true })
            return ([target.Url.Port], target.Url.AbsolutePath);
        if (running is not null)
            return ([new Uri(running.Url).Port], new Uri(running.Url).AbsolutePath);
        try
        {
            return ([.. ServerSettings.UrlsOf(configuration).Select(u => new Uri(u.Replace("://+", "://any", StringComparison.Ordinal).Replace("://*", "://any", StringComparison.Ordinal)).Port)], ServerSettings.DefaultPath);
        }
        catch (CliException)
        {
            return null;
        }
    }

    private static string Root(NgrokEndpoint endpoint) => endpoint.Public.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static bool IsOfNgrok(Uri url) => url.Host.Contains(".ngrok", StringComparison.OrdinalIgnoreCase);
}
