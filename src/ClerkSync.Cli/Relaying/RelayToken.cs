using System.Buffers;
using System.Security.Cryptography;

namespace ClerkSync.Cli.Relaying;

/// <summary>The relay token, which is the only credential of an inbox.</summary>
/// <param name="Value"><c>c_</c> and ten letters or digits.</param>
/// <param name="IsPinned">Whether the user named it: then no other one is ever taken.</param>
internal sealed record RelayToken(string Value, bool IsPinned)
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> Letters = SearchValues.Create(Base62);

    /// <summary>The token stays out of whatever prints a record.</summary>
    public override string ToString() => IsPinned ? "a pinned token" : "the kept token";

    /// <summary>A new token of random letters and digits.</summary>
    public static string Create() => "c_" + RandomNumberGenerator.GetString(Base62, 10);

    public static bool IsToken(string text) => text.Length == 12 && text.StartsWith("c_", StringComparison.Ordinal) && text.AsSpan(2).IndexOfAnyExcept(Letters) < 0;

    /// <summary>Takes the token that the user named, else the one of the settings, else the one that is kept for this user and relay, else a new one that is then kept.</summary>
    /// <exception cref="CliException">What the user named is no token.</exception>
    public static RelayToken Read(CliHost host, RelayAddress relay, string? given)
    {
        if ((given ?? relay.Token) is { } named)
            return IsToken(named) ? new(named, IsPinned: true) : throw CliErrors.BadRelayToken(named.Length);
        if (KeptToken.FileOf(host, relay) is not { } path)
        {
            host.Error.WriteLine("warning: this user has no folder for settings, so the relay's address is another one at each start. Set CLERKSYNC_CONFIG_DIR, or name a token with --token.");
            return new(Create(), IsPinned: false);
        }

        return new(KeptToken.ReadOrMake(path, sentence => host.Error.WriteLine($"warning: {sentence}")), IsPinned: false);
    }
}
