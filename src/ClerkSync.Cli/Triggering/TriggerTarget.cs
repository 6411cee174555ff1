using System.Globalization;
using ClerkSync.Cli.Configuration;
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
    public const string DefaultPath = "/api/webhooks/clerk";

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
        var typed = text.Trim();
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            typed = port is > 0 and <= 65535 ? $"http://localhost:{typed}" : throw CliErrors.BadUrl(text);

        if (!typed.Contains("://", StringComparison.Ordinal))
            typed = $"{(IsNearby(typed) ? "http" : "https")}://{typed}";
        if (!Uri.TryCreate(typed, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            throw CliErrors.BadUrl(text);
        if (url.UserInfo.Length > 0)
            throw CliErrors.UrlWithPassword(url.Host);

        var hasPath = typed.IndexOf('/', typed.IndexOf("://", StringComparison.Ordinal) + 3) >= 0;
        return hasPath ? url : new Uri(url, DefaultPath);
    }

    /// <summary>This machine or a private name of it: plain HTTP unless the user says otherwise.</summary>
    private static bool IsNearby(string text)
    {
        var host = text.Split('/', 2)[0];
        return host.StartsWith('[') || host.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) || host.StartsWith("127.", StringComparison.Ordinal)
            || host.StartsWith("0.0.0.0", StringComparison.Ordinal) || host.StartsWith("host.docker.internal", StringComparison.OrdinalIgnoreCase)
            || !host.Contains('.', StringComparison.Ordinal);
    }

    private static bool SameServer(Uri one, Uri other) =>
        one.Port == other.Port && (one.IsLoopback ? other.IsLoopback : string.Equals(one.Host, other.Host, StringComparison.OrdinalIgnoreCase));
}
