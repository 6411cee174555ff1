using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.AspNetCore;

/// <summary>What a publishable key says: the host of the Frontend API, and the suffix of the application's cookies.</summary>
internal sealed record PublishableKey(string FrontendHost, string CookieSuffix)
{
    private const int SuffixLength = 8;
    private const int Longest = 512;

    /// <summary>The issuer of every token.</summary>
    public string Issuer => "https://" + FrontendHost;

    /// <summary>Where the signing keys are, for everybody.</summary>
    public Uri Keys => new($"https://{FrontendHost}/.well-known/jwks.json");

    public static bool TryParse(string? text, [NotNullWhen(true)] out PublishableKey? key)
    {
        key = null;
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length > Longest || !(trimmed.StartsWith("pk_live_", StringComparison.Ordinal) || trimmed.StartsWith("pk_test_", StringComparison.Ordinal)))
            return false;
        var encoded = trimmed["pk_live_".Length..];
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), bytes, out var length))
            return false;
        var host = Encoding.ASCII.GetString(bytes, 0, length);
        if (!host.EndsWith('$') || !IsHost(host[..^1]))
            return false;
        key = new(host[..^1], SuffixOf(trimmed));
        return true;
    }

    // a host and nothing else: what stands here decides whom we ask for keys
    private static bool IsHost(string text) =>
        text.Contains('.', StringComparison.Ordinal) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && Uri.CheckHostName(text) == UriHostNameType.Dns;

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Clerk names its cookies so; nothing is kept secret by it.")]
    private static string SuffixOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(key))).Replace('+', '-').Replace('/', '_')[..SuffixLength];
}
