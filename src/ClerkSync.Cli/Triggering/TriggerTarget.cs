using ClerkSync.Cli.Configuration;
using ClerkSync.Handlers;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Triggering;

/// <summary>Where a sample goes and with which secret it is signed.</summary>
/// <param name="Url">Null only where nothing is sent.</param>
/// <param name="Secret">As the user wrote it.</param>
/// <param name="InstanceId">The instance whose messages count there; null when it is not known.</param>
/// <param name="FoundIn">The state file that named the server; null when the user did.</param>
internal sealed record TriggerTarget(Uri? Url, string Secret, string? InstanceId, string? FoundIn)
{
    /// <summary>Where ClerkSync listens unless told otherwise.</summary>
    public const string DefaultPath = ForwardAddress.DefaultPath;

    public override string ToString() => Url?.ToString() ?? "(nothing is sent)";

    /// <summary>Takes what the user gave, else what a running development server left, else the configuration.</summary>
    /// <exception cref="CliException">No address or no secret can be found.</exception>
    public static TriggerTarget Find(CliHost host, IConfiguration configuration, string? forwardTo, string? secret, bool sends)
    {
        var found = DevState.Find(host.WorkingDirectory);
        var url = forwardTo is not null ? ParseUrl(forwardTo) : found is { } dev ? new Uri(dev.State.Url) : null;
        if (url is null && sends)
            throw CliErrors.NothingToSendTo();

        var isDevServer = found is { } running && (url is null || SameServer(url, new Uri(running.State.Url)));
        var chosen = secret
            ?? (isDevServer ? found!.Value.State.SigningSecret : null)
            ?? configuration.Get(Setting.SigningSecret)
            ?? throw CliErrors.NoSigningSecret();
        var instanceId = (isDevServer ? found!.Value.State.InstanceId : null) ?? configuration.Get(Setting.InstanceId);
        return new TriggerTarget(url, chosen, instanceId, forwardTo is null && found is not null ? found.Value.Path : null);
    }

    /// <summary>A URL, <c>localhost:3000/path</c>, or only a port. Without a path: <see cref="DefaultPath"/>.</summary>
    /// <exception cref="CliException">It is none of these.</exception>
    public static Uri ParseUrl(string text)
    {
        var url = ForwardAddress.Parse(text) ?? throw CliErrors.BadUrl(text);
        return url.UserInfo.Length == 0 ? url : throw CliErrors.UrlWithPassword(url.Host);
    }

    private static bool SameServer(Uri one, Uri other) =>
        one.Port == other.Port && (one.IsLoopback ? other.IsLoopback : string.Equals(one.Host, other.Host, StringComparison.OrdinalIgnoreCase));
}
