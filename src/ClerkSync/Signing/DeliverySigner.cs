using System.Globalization;

namespace ClerkSync.Signing;

/// <summary>Signs as Svix does, for samples, forwards and tests: the same sum as <see cref="DeliveryVerifier"/> makes, forwards.</summary>
public static class DeliverySigner
{
    /// <summary>Signs one body.</summary>
    /// <param name="secret">The secret of the receiver.</param>
    /// <param name="id">The message id: 1 to 256 printable ASCII characters without spaces.</param>
    /// <param name="timestamp">When the attempt is made, in Unix seconds, 0 to 999,999,999,999,999.</param>
    /// <param name="body">The body, byte for byte as it will be sent.</param>
    /// <returns>One entry of the signature header: <c>v1,</c> and 44 characters of base64.</returns>
    /// <exception cref="ArgumentException">The id is not one that a receiver accepts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timestamp is out of its range.</exception>
    public static string Sign(SigningSecret secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (!DeliveryHeaders.IsId(id))
            throw new ArgumentException("A message id is 1 to 256 printable ASCII characters without spaces, such as msg_2ClerkSync.", nameof(id));
        ArgumentOutOfRangeException.ThrowIfNegative(timestamp);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timestamp, 999_999_999_999_999);

        Span<char> signature = stackalloc char[DeliverySignature.TextLength];
        DeliverySignature.Compute(secret, id, timestamp.ToString(CultureInfo.InvariantCulture), body, signature);
        return $"{DeliverySignature.Version},{signature}";
    }

    /// <summary>Makes the three headers of a delivery. With several secrets the signature header holds one entry for each, as during a rotation.</summary>
    /// <param name="secrets">The secrets of the receiver, at least one.</param>
    /// <param name="id">The message id: 1 to 256 printable ASCII characters without spaces.</param>
    /// <param name="timestamp">When the attempt is made, in Unix seconds, 0 to 999,999,999,999,999.</param>
    /// <param name="body">The body, byte for byte as it will be sent.</param>
    /// <param name="family">Under which names the headers travel. Clerk sends <see cref="HeaderFamily.Svix"/>.</param>
    /// <returns>Names and values of the three headers.</returns>
    /// <exception cref="ArgumentException">There is no secret, or the id is not one that a receiver accepts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timestamp is out of its range.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> CreateHeaders(
        SigningSecrets secrets, string id, long timestamp, ReadOnlySpan<byte> body, HeaderFamily family = HeaderFamily.Svix)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (secrets.Count == 0)
            throw new ArgumentException("There is no secret to sign with.", nameof(secrets));

        var entries = new string[secrets.Count];
        for (var index = 0; index < entries.Length; index++)
            entries[index] = Sign(secrets[index], id, timestamp, body);

        var names = HeaderNames.Of(family);
        return
        [
            new(names.Id, id),
            new(names.Timestamp, timestamp.ToString(CultureInfo.InvariantCulture)),
            new(names.Signature, string.Join(' ', entries)),
        ];
    }
}
