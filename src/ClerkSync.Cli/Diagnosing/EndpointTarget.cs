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

    /// <summary>What the user gave, else the development server; null when there is neither.</summary>
    /// <param name="configuration">Holds the secret.</param>
    /// <param name="given">The flag's value; null when it was not given.</param>
    /// <param name="running">The development server.</param>
    public static EndpointTarget? Find(IConfiguration configuration, Uri? given, DevState? running)
    {
        var dev = running is null ? null : new Uri(running.Url);
        if ((given ?? dev) is not { } url)
            return null;

        // a development server has made up its secret only where none is configured, and for itself alone
        var isDevelopment = dev is not null && (url == dev || (url.IsLoopback && dev.IsLoopback && url.Port == dev.Port));
        return new(url, Configured(configuration) ?? (isDevelopment ? MadeUp(running) : null), IsGiven: given is not null);
    }

    private static SigningSecrets? Configured(IConfiguration configuration) =>
        ExaminedConfiguration.SigningOf(configuration) is { Secrets.Count: > 0 } options && options.TryParseSecrets(out var secrets, out _) && secrets.Count > 0 ? secrets : null;

    private static SigningSecrets? MadeUp(DevState? running) =>
        running is not null && SigningSecrets.TryParse(running.SigningSecret, out var secrets, out _) && secrets.Count > 0 ? secrets : null;
}
