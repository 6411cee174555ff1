using System.Net;

namespace ClerkSync.Cli;

/// <summary>The proxy of this user's environment, which this machine's own addresses never go through: a proxy knows another localhost.</summary>
/// <param name="others">The proxy for everything else.</param>
internal sealed class ProxyOffLoopback(Func<IWebProxy> others) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => others().Credentials;
        set => others().Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsNearby(destination) ? null : others().GetProxy(destination);

    public bool IsBypassed(Uri host) => IsNearby(host) || others().IsBypassed(host);

    private static bool IsNearby(Uri address) =>
        address.IsLoopback || address.Host is "0.0.0.0" or "[::]" || address.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
