using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Triggering;

namespace ClerkSync.Cli.Relaying;

/// <summary>What <c>webhooks listen</c> was told.</summary>
internal sealed record ListenSettings(Uri ForwardTo, RelayAddress Relay, RelayToken Token, IReadOnlyList<KeyValuePair<string, string>> Headers, bool IsJson)
{
    /// <summary>Reads flags and configuration; what is odd but harmless is said on standard error.</summary>
    /// <exception cref="CliException">Something is missing or wrong.</exception>
    public static ListenSettings Read(CliHost host, string? forwardTo, string? token, string[] headers, bool isJson, string? relayUrl)
    {
        var target = TriggerTarget.ParseUrl(forwardTo ?? throw CliErrors.NoForwardTo());
        var extra = headers.Select(ParseHeader).Where(header => IsAllowed(host, header.Key)).ToList();
        var relay = RelayAddress.In(CliConfiguration.Load(host, (Setting.RelayUrl, relayUrl))) ?? throw CliErrors.RelayIsOff();
        relay.Warn(host);
        return new(target, relay, RelayToken.Read(host, relay, token), extra, isJson || !host.OutIsTerminal);
    }

    private static KeyValuePair<string, string> ParseHeader(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : text[..colon].Trim();
        var value = text[(colon + 1)..].Trim();
        var isName = name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal));
        if (!isName)
            throw CliErrors.BadHeader(text.Length);
        return value.All(letter => letter is >= ' ' and <= '~' or '\t') ? new(name, value) : throw CliErrors.BadHeaderValue(name);
    }

    private static bool IsAllowed(CliHost host, string name)
    {
        if (TransportHeaders.IsOfSvix(name))
            host.Error.WriteLine($"warning: --header {name} is left out: the svix- headers are the signature, and always the delivery's own.");
        else if (TransportHeaders.IsOfConnection(name))
            host.Error.WriteLine($"warning: --header {name} is left out: it belongs to the connection.");
        else
            return true;
        return false;
    }
}
