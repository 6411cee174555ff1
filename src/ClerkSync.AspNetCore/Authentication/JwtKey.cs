using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;

namespace ClerkSync.AspNetCore;

/// <summary>Reads the public key of an instance as people paste it: PEM with line ends, with <c>\n</c>, in one line, with quotes, or its base64 alone.</summary>
internal static partial class JwtKey
{
    public const int SmallestKey = 2048;

    private const string Advice = "Copy the JWKS public key in PEM format from Clerk's Dashboard, API keys: it begins with -----BEGIN PUBLIC KEY-----.";

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is no such key; the message repeats nothing of it.</exception>
    public static RsaSecurityKey Parse(string text)
    {
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw new FormatException("it is a private key, which only Clerk should have. " + Advice);
        if (text.Trim().StartsWith("sk_", StringComparison.Ordinal) || text.Trim().StartsWith("pk_", StringComparison.Ordinal))
            throw new FormatException("it is a key for the API, not for tokens. " + Advice);
        var encoded = Markers().Replace(text.Replace("\\r", "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).Trim().Trim('"', '\''), "");
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(encoded), out _);
            return rsa.KeySize >= SmallestKey ? new(rsa.ExportParameters(includePrivateParameters: false)) : throw new FormatException($"it has {rsa.KeySize} bits; at least {SmallestKey} are needed. " + Advice);
        }
        catch (CryptographicException exception)
        {
            throw new FormatException("it is no RSA public key. " + Advice, exception);
        }
        catch (FormatException exception) when (!exception.Message.EndsWith(Advice, StringComparison.Ordinal))
        {
            throw new FormatException("it is not PEM. " + Advice, exception);
        }
    }

    [GeneratedRegex("-----(BEGIN|END) PUBLIC KEY-----", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markers();
}
