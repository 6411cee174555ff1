using ClerkSync.Handlers;
using ClerkSync.Signing;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The endpoint to try, and what a delivery to it is signed with.</summary>
/// <param name="Url">Its address, which may hold user info and a query.</param>
/// <param name="Secrets">Null when there is none that can be used.</param>
/// <param name="IsGiven">Whether the user named it; else a running <c>serve --dev</c> did.</param>
internal sealed record EndpointTarget(Uri Url, SigningSecrets? Secrets, bool IsGiven)
{
    /// <summary>For people: neither user info nor query.</summary>
    public override string ToString() => ProbeAnswer.Shown(Url);

    /// <summary>What the user gave, else the running development server; null when there is neither.</summary>
    /// <param name="configuration">Holds the secret.</param>
    /// <param name="url">The flag's value.</param>
    /// <param name="running">The running development server.</param>
    /// <exception cref="CliException">The flag's value is no address.</exception>
    public static EndpointTarget? Find(IConfiguration configuration, string? url, DevState? running)
    {
        if (url is not null)
        {
            var given = ForwardAddress.Parse(url) ?? throw CliErrors.BadEndpointUrl(url);

            // a development server has made up its secret only where none is configured
            var own = running is not null && given.IsLoopback && new Uri(running.Url) is { IsLoopback: true } dev && dev.Port == given.Port ? MadeUp(running) : null;
            return new(given, own ?? Configured(configuration) ?? MadeUp(running), IsGiven: true);
        }

        return running is null ? null : new(new(running.Url), MadeUp(running) ?? Configured(configuration), IsGiven: false);
    }

    private static SigningSecrets? Configured(IConfiguration configuration) =>
        SigningConfiguration.Read(configuration) is { Secrets.Count: > 0 } options && options.TryParseSecrets(out var secrets, out _) && secrets.Count > 0 ? secrets : null;

    private static SigningSecrets? MadeUp(DevState? running) =>
        running is not null && SigningSecrets.TryParse(running.SigningSecret, out var secrets, out _) && secrets.Count > 0 ? secrets : null;
}
