using System.Text;

namespace ClerkSync.Signing;

/// <summary>The sum that sender and receiver make: HMAC-SHA256 over <c>id.timestamp.body</c>, as base64 text.</summary>
internal static class DeliverySignature
{
    public const string Version = "v1";
    public const int MaxIdLength = 256;
    public const int MaxTimestampLength = 15;

    /// <summary>32 bytes are 44 characters of padded base64.</summary>
    public const int TextLength = 44;

    private const int HashLength = 32;

    /// <summary>Writes the 44 characters of the signature. Id and timestamp must have passed <see cref="DeliveryHeaders"/>'s checks.</summary>
    public static void Compute(SigningSecret secret, string id, string timestamp, ReadOnlySpan<byte> body, Span<char> text)
    {
        Span<byte> head = stackalloc byte[MaxIdLength + MaxTimestampLength + 2];
        var length = Encoding.ASCII.GetBytes(id, head);
        head[length++] = (byte)'.';
        length += Encoding.ASCII.GetBytes(timestamp, head[length..]);
        head[length++] = (byte)'.';

        Span<byte> hash = stackalloc byte[HashLength];
        secret.Hashes.Compute(head[..length], body, hash);
        Convert.TryToBase64Chars(hash, text, out _);
    }
}
