using System.Net;
using System.Net.Sockets;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether the endpoint's URL is one that Clerk can deliver to.</summary>
internal sealed class EndpointUrlCheck(EndpointTarget? target) : Check("endpoint_url")
{
    public override Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (target is null)
            return NotChecked("no endpoint is known", "Name it: clerksync doctor --url https://app.example.com/api/webhooks/clerk");
        var url = target.Url;
        if (url.IsLoopback)
        {
            return Pass(
                $"{target} is on this machine.", "Clerk reaches it through the relay of 'clerksync serve --dev' or a tunnel only.");
        }

        if (url.Scheme == "http")
            return Warn("not_https", $"{target} is not https: everybody on the way can read what is delivered, and change it.", "Enter an https URL in Clerk's Dashboard; a reverse proxy or the host brings the certificate.");
        return IsPrivate(url)
            ? Warn("private_address", $"{url.Host} is an address or name of a private network: Clerk does not deliver there.", "Use a public name, a tunnel, or 'clerksync serve --dev'.")
            : Pass($"{target} is a URL that Clerk can deliver to.");
    }

    private static bool IsPrivate(Uri url)
    {
        if (!IPAddress.TryParse(url.Host.Trim('[', ']'), out var address))
        {
            return !url.Host.Contains('.', StringComparison.Ordinal) || url.Host.EndsWith(".local", StringComparison.OrdinalIgnoreCase)
                || url.Host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase) || url.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || IPAddress.IsLoopback(address);
        return address.GetAddressBytes() is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [169, 254, ..] or [127, ..] or [0, ..] or [100, >= 64 and <= 127, ..];
    }
}
