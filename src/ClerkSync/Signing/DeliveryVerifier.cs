using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ClerkSync.Signing;

/// <summary>
/// Proves that a delivery was signed with an accepted secret and not long ago: Svix's scheme v1, the same as Standard Webhooks v1. Works on bytes only;
/// the body is never decoded. Safe for use from several threads; on success nothing is allocated but the result.
/// </summary>
public sealed class DeliveryVerifier
{
    /// <summary>300 s: the default of all of Svix's and Clerk's own libraries, in both directions.</summary>
    internal static readonly TimeSpan DefaultClockTolerance = TimeSpan.FromSeconds(300);

    /// <summary>1 MiB: Svix sends at most about 350 kB, so three times what can come.</summary>
    internal const int DefaultMaxBodySize = 1024 * 1024;

    private const int LargestMaxBodySize = 64 * 1024 * 1024;

    private readonly TimeProvider _timeProvider;
    private readonly long _tolerance;
    private volatile SigningSecrets _secrets;

    /// <summary>Makes a verifier.</summary>
    /// <param name="secrets">The accepted secrets. With none, everything is refused.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <param name="clockTolerance">How far a timestamp may be from the clock, 1 second to 1 day; null for 300 seconds.</param>
    /// <param name="maxBodySize">The largest body in bytes, 1 to 64 MiB; null for 1 MiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">Tolerance or body size is out of its range.</exception>
    public DeliveryVerifier(SigningSecrets secrets, TimeProvider? timeProvider = null, TimeSpan? clockTolerance = null, int? maxBodySize = null)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        var tolerance = clockTolerance ?? DefaultClockTolerance;
        if (!IsClockTolerance(tolerance))
            throw new ArgumentOutOfRangeException(nameof(clockTolerance), tolerance, "The clock tolerance must be 1 second to 1 day; 300 seconds are usual.");
        if (maxBodySize is { } size && !IsMaxBodySize(size))
            throw new ArgumentOutOfRangeException(nameof(maxBodySize), maxBodySize, "The body limit must be 1 byte to 64 MiB (67108864); 1 MiB is usual.");

        _secrets = secrets;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _tolerance = (long)tolerance.TotalSeconds;
        MaxBodySize = maxBodySize ?? DefaultMaxBodySize;
    }

    /// <summary>The accepted secrets. Setting them takes effect with the next verification; those under way end with the old ones.</summary>
    public SigningSecrets Secrets
    {
        get => _secrets;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _secrets = value;
        }
    }

    /// <summary>The largest accepted body in bytes.</summary>
    public int MaxBodySize { get; }

    /// <summary>Verifies one delivery. An empty body is an ordinary body here: whether it is signed is all that is asked.</summary>
    /// <param name="headers">Its headers.</param>
    /// <param name="body">Its body, byte for byte as it came. The result refers to this memory: do not write to it afterwards.</param>
    /// <returns>The verified delivery, or the reason why not.</returns>
    public VerificationResult Verify(in DeliveryHeaders headers, ReadOnlyMemory<byte> body) => Verify(headers, body, checkClock: true);

    /// <summary>For looking at a saved delivery later. Never for one that has just come in: whoever recorded it could send it again.</summary>
    internal VerificationResult VerifyWithoutClock(in DeliveryHeaders headers, ReadOnlyMemory<byte> body) => Verify(headers, body, checkClock: false);

    internal static bool IsClockTolerance(TimeSpan tolerance) => tolerance >= TimeSpan.FromSeconds(1) && tolerance <= TimeSpan.FromDays(1);

    internal static bool IsMaxBodySize(int bytes) => bytes is >= 1 and <= LargestMaxBodySize;

    private VerificationResult Verify(in DeliveryHeaders headers, ReadOnlyMemory<byte> body, bool checkClock)
    {
        var secrets = _secrets;
        if (secrets.Count == 0)
            return new(DeliveryRefusal.NoSecret());
        if (headers.Id is null)
            return new(DeliveryRefusal.MissingHeader(HeaderNames.SvixId, HeaderFamily.Svix));
        if (body.Length > MaxBodySize)
            return new(DeliveryRefusal.TooLarge(MaxBodySize));
        if (checkClock && CheckClock(headers.Timestamp) is { } refusal)
            return new(refusal);

        Span<char> expected = stackalloc char[DeliverySignature.TextLength];
        for (var index = 0; index < secrets.Count; index++)
        {
            DeliverySignature.Compute(secrets[index], headers.Id, headers.TimestampText, body.Span, expected);
            if (AnyEntryEquals(headers.Signatures, expected))
                return new(new VerifiedDelivery(headers.Id, headers.Timestamp, body, index));
        }

        return new(HasV1Entry(headers.Signatures) ? DeliveryRefusal.Mismatch() : DeliveryRefusal.NoV1Signature(HeaderNames.Of(headers.Family).Signature));
    }

    private DeliveryRefusal? CheckClock(long timestamp)
    {
        // whole seconds on both sides, so that exactly 300 s are still good at any fraction of a second
        var age = _timeProvider.GetUtcNow().ToUnixTimeSeconds() - timestamp;
        if (age > _tolerance)
            return DeliveryRefusal.TooOld(age, _tolerance);
        return age < -_tolerance ? DeliveryRefusal.TooNew(-age, _tolerance) : null;
    }

    // A rotation puts up to eleven entries into the header, and entries of unknown versions may stand among them
    private static bool AnyEntryEquals(string signatures, ReadOnlySpan<char> expected)
    {
        foreach (var range in signatures.AsSpan().Split(' '))
        {
            if (TryGetV1(signatures.AsSpan(range), out var signature)
                && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(signature), MemoryMarshal.AsBytes(expected)))
                return true;
        }

        return false;
    }

    private static bool HasV1Entry(string signatures)
    {
        foreach (var range in signatures.AsSpan().Split(' '))
        {
            if (TryGetV1(signatures.AsSpan(range), out _))
                return true;
        }

        return false;
    }

    // everything after the first comma is the signature: a second comma makes it a wrong one, which is right for lines that a proxy has merged
    private static bool TryGetV1(ReadOnlySpan<char> entry, out ReadOnlySpan<char> signature)
    {
        var comma = entry.IndexOf(',');
        signature = comma < 0 ? default : entry[(comma + 1)..];
        return comma >= 0 && entry[..comma].SequenceEqual(DeliverySignature.Version);
    }
}
