using System.Net;
using ClerkSync.Cli.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Serving;

/// <summary>Where the admin listener is, and who may ask it.</summary>
/// <param name="Urls">Addresses; none when it is switched off.</param>
/// <param name="Token">What a caller has to show; null for nothing, on the loopback address only.</param>
/// <param name="IsDefault">Whether nobody has chosen the address: another server on this machine may have it already.</param>
internal sealed record AdminSettings(IReadOnlyList<string> Urls, string? Token, bool IsDefault)
{
    private const string DefaultUrl = "http://127.0.0.1:8788";

    private const string Off = "off";

    private const int ShortestToken = 16;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="CliException">An address is none, or others could reach it without a token.</exception>
    public static AdminSettings Read(IConfiguration configuration)
    {
        var text = configuration.Get(Setting.AdminUrls)?.Trim();
        var token = configuration.Get(Setting.AdminToken)?.Trim();
        if (string.Equals(text, Off, StringComparison.OrdinalIgnoreCase))
            return new([], token, IsDefault: false);
        var urls = ServerSettings.Split(text ?? DefaultUrl);
        if (token is { Length: < ShortestToken })
            throw CliErrors.ShortAdminToken(token.Length, ShortestToken);
        if (token is null && urls.FirstOrDefault(url => !IsLoopback(url)) is { } open)
            throw CliErrors.NoAdminToken(open);
        return new(urls, token, text is null);
    }

    /// <summary>Read as the server reads it: every name but <c>localhost</c> is bound to all addresses, whatever it stands for.</summary>
    private static bool IsLoopback(string url)
    {
        var host = BindingAddress.Parse(url).Host;
        return string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
