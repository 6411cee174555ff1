using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ClerkSync.Signing;

/// <summary>
/// Decodes the text of a secret and words what is wrong with it. Base64 is strict (standard alphabet, padded, canonical): what a lenient
/// decoder makes of a damaged secret is another key, and the damage would show only as signatures that do not match.
/// </summary>
internal static class SigningSecretText
{
    // the white space of ASCII: what editors, shells and secret files leave behind
    private const string WhiteSpace = " \t\r\n\v\f";
    private static readonly SearchValues<char> AnyWhiteSpace = SearchValues.Create(WhiteSpace);
    private const string WhereToFind = "Copy the signing secret from the endpoint's page in Clerk's Dashboard (Webhooks); it starts with whsec_.";

    public static bool TryDecode(string? text, [NotNullWhen(true)] out byte[]? key, [NotNullWhen(false)] out string? problem)
    {
        var trimmed = text.AsSpan().Trim(WhiteSpace);
        var encoded = trimmed.StartsWith(SigningSecret.Prefix, StringComparison.Ordinal) ? trimmed[SigningSecret.Prefix.Length..] : trimmed;
        key = null;
        problem = trimmed.IsEmpty
            ? $"The signing secret is empty. {WhereToFind}"
            : FindWrongKind(trimmed) ?? FindWrongText(encoded);
        if (problem is not null)
            return false;

        var buffer = new byte[encoded.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(encoded, buffer, out var length) || !IsCanonical(buffer.AsSpan(0, length), encoded))
        {
            problem = string.Create(CultureInfo.InvariantCulture,
                $"The signing secret is not valid base64 ({encoded.Length} characters after the prefix): a part of it is missing or was changed. {WhereToFind}");
            return false;
        }

        key = buffer[..length];
        return true;
    }

    private static string? FindWrongKind(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("whpk_", StringComparison.Ordinal) || text.StartsWith("whpk1_", StringComparison.Ordinal))
            return "This is the public key of an ed25519 pair (whpk_, signature version v1a). ClerkSync verifies HMAC signatures (version v1), "
                + $"the ones that Clerk sends. {WhereToFind}";
        if (text.StartsWith("whsk_", StringComparison.Ordinal) || text.StartsWith("whsk1_", StringComparison.Ordinal))
            return $"This is the private key of an ed25519 pair (whsk_); it belongs to a sender and never here. {WhereToFind}";
        if (text.StartsWith("sk_test_", StringComparison.Ordinal) || text.StartsWith("sk_live_", StringComparison.Ordinal))
            return $"This is a secret key of Clerk's Backend API (sk_), which belongs in CLERK_SECRET_KEY, and no signing secret. {WhereToFind}";
        if (text.StartsWith("pk_test_", StringComparison.Ordinal) || text.StartsWith("pk_live_", StringComparison.Ordinal))
            return $"This is a publishable key of Clerk (pk_), which belongs in CLERK_PUBLISHABLE_KEY, and no signing secret. {WhereToFind}";
        if (text[0] is '"' or '\'')
            return "The signing secret is wrapped in quotation marks that are part of the value. Remove them.";
        if (text.StartsWith(SigningSecret.Prefix, StringComparison.OrdinalIgnoreCase) && !text.StartsWith(SigningSecret.Prefix, StringComparison.Ordinal))
            return "The prefix of a signing secret is whsec_ in small letters. Has something changed the case of the value? Copy it again.";
        return null;
    }

    private static string? FindWrongText(ReadOnlySpan<char> encoded)
    {
        if (encoded.IsEmpty)
            return $"The signing secret ends after its prefix whsec_. {WhereToFind}";
        if (encoded.StartsWith(SigningSecret.Prefix, StringComparison.Ordinal))
            return "The signing secret has its prefix whsec_ twice. Remove one.";
        if (encoded.ContainsAny(AnyWhiteSpace))
            return $"The signing secret has white space inside. {WhereToFind}";
        if (encoded.ContainsAny('-', '_'))
            return $"The signing secret is written in the URL-safe alphabet of base64 (- and _), which Svix does not use. {WhereToFind}";
        if (encoded.Length % 4 != 0)
            return string.Create(CultureInfo.InvariantCulture,
                $"The signing secret has {encoded.Length} characters after the prefix; base64 text has a multiple of 4, with = at its end where needed. It was cut off, or its padding was removed. {WhereToFind}");
        return null;
    }

    // TryFromBase64Chars accepts set bits behind the last byte ("QQ==" and "QR==" are the same byte); a canonical text has none
    private static bool IsCanonical(ReadOnlySpan<byte> key, ReadOnlySpan<char> encoded) =>
        !key.IsEmpty && encoded.SequenceEqual(Convert.ToBase64String(key));
}
