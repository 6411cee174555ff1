using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace ClerkSync.Signing;

/// <summary>
/// The signing secret of one webhook endpoint: <c>whsec_</c> and the base64 text of the key. Made by Svix for each endpoint and shown in Clerk's
/// Dashboard on the endpoint's page. Immutable and safe for use from several threads. <see cref="ToString"/> never shows it.
/// </summary>
public sealed class SigningSecret
{
    /// <summary>The shortest key that Standard Webhooks recommends, in bytes. It is also what Svix generates.</summary>
    public const int RecommendedKeyLength = 24;

    internal const string Prefix = "whsec_";

    private readonly byte[] _key;

    private SigningSecret(byte[] key)
    {
        _key = key;
        Hashes = new KeyedHashPool(key);
    }

    /// <summary>Length of the key in bytes, at least 1.</summary>
    public int KeyLength => _key.Length;

    /// <summary>
    /// Whether the key is shorter than <see cref="RecommendedKeyLength"/>. Such a secret works, as it does in Svix's own libraries, but deserves a
    /// warning at start.
    /// </summary>
    public bool IsWeak => _key.Length < RecommendedKeyLength;

    internal KeyedHashPool Hashes { get; }

    /// <summary>Reads a secret. White space around it is dropped and the prefix <c>whsec_</c> is optional, as in Svix's libraries.</summary>
    /// <param name="text">The secret as copied from Clerk's Dashboard.</param>
    /// <returns>The secret.</returns>
    /// <exception cref="FormatException">The text is not a signing secret. The message says why, and never repeats the text.</exception>
    public static SigningSecret Parse(string? text) =>
        TryParse(text, out var secret, out var problem) ? secret : throw new FormatException(problem);

    /// <summary>Reads a secret, as <see cref="Parse"/> does, without an exception.</summary>
    /// <param name="text">The secret as copied from Clerk's Dashboard.</param>
    /// <param name="secret">The secret, or null.</param>
    /// <param name="problem">What is wrong and what to do, without the text itself; null when the secret is good.</param>
    /// <returns>Whether the text is a signing secret.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SigningSecret? secret, [NotNullWhen(false)] out string? problem)
    {
        secret = SigningSecretText.TryDecode(text, out var key, out problem) ? new SigningSecret(key) : null;
        return secret is not null;
    }

    /// <summary>Makes a new random secret of 24 bytes, for development and tests.</summary>
    /// <returns>A secret that nobody else knows.</returns>
    public static SigningSecret Create() => new(RandomNumberGenerator.GetBytes(RecommendedKeyLength));

    /// <summary>The secret as text with its prefix, for writing it where a secret belongs. Never log the result.</summary>
    /// <returns><c>whsec_</c> and the base64 text of the key.</returns>
    public string Reveal() => Prefix + Convert.ToBase64String(_key);

    /// <summary>Names the type and the key's length; never the key.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"signing secret of {_key.Length} bytes");
}
