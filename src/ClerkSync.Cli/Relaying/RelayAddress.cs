using ClerkSync.Cli.Configuration;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Relaying;

/// <summary>Where the relay is.</summary>
/// <param name="Listen">The WebSocket that clients open; its path ends in a slash.</param>
internal sealed record RelayAddress(Uri Listen)
{
    /// <summary>What turns the relay off where it may be turned off.</summary>
    public const string Off = "off";

    private const string ListenPath = "/api/v1/listen/";

    /// <summary>The relay behind Clerk's inboxes.</summary>
    public static readonly RelayAddress Default = new(new Uri("wss://api.relay.svix.com" + ListenPath));

    /// <summary>The token that the settings pin; null for the one that is kept.</summary>
    public string? Token { get; init; }

    public bool IsDefault => Listen == Default.Listen;

    /// <summary>The relay that the settings name, with its token; null where it is turned off.</summary>
    /// <exception cref="CliException">The address is none.</exception>
    public static RelayAddress? In(IConfiguration configuration)
    {
        var text = configuration.Get(Setting.RelayUrl)?.Trim();
        return string.Equals(text, Off, StringComparison.OrdinalIgnoreCase) ? null : Parse(text) with { Token = configuration.Get(Setting.RelayToken)?.Trim() };
    }

    /// <summary>Reads an address; without a path it is the relay's usual one.</summary>
    /// <param name="text">As the user wrote it; null for <see cref="Default"/>.</param>
    /// <exception cref="CliException">It is no address of a WebSocket.</exception>
    public static RelayAddress Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Default;
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("ws" or "wss") || url.Host.Length == 0 || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            throw CliErrors.BadRelayUrl(text);
        if (url.AbsolutePath == "/")
            return new(new Uri(url, ListenPath));
        return url.AbsolutePath.EndsWith('/') ? new(url) : new(new Uri(url, url.AbsolutePath + "/"));
    }

    /// <summary>Says what is dangerous about it, if anything is.</summary>
    public void Warn(CliHost host)
    {
        if (Listen is { Scheme: "ws", IsLoopback: false })
            host.Error.WriteLine($"warning: {Listen.Authority} is reached without encryption: whoever sees the traffic has the token and the events.");
    }

    /// <summary>The token stays out of whatever prints a record.</summary>
    public override string ToString() => Listen.AbsoluteUri;

    /// <summary>The public inbox of a token: what is added as an endpoint in Clerk's Dashboard.</summary>
    public Uri InboxOf(string token) =>
        IsDefault
            ? new Uri($"https://webhooks.clerk.com/in/{token}/")
            : new Uri($"{(Listen.Scheme == "wss" ? "https" : "http")}://{Listen.Authority}/in/{token}/");
}
