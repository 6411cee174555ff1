namespace ClerkSync.Signing;

/// <summary>
/// A delivery whose signature was checked. Only <see cref="DeliveryVerifier"/> makes one, so whoever holds one need not check again. That the body
/// is JSON, or a Clerk event, is not known yet.
/// </summary>
public sealed class VerifiedDelivery
{
    internal VerifiedDelivery(string id, long timestamp, ReadOnlyMemory<byte> body, int secretIndex)
    {
        Id = id;
        Timestamp = timestamp;
        Body = body;
        SecretIndex = secretIndex;
    }

    /// <summary>The message id (<c>svix-id</c>): the same for every attempt and resend of a message, so it recognises duplicates.</summary>
    public string Id { get; }

    /// <summary>When this attempt was signed, in Unix seconds. A retry has a newer one; it is not the time of the event.</summary>
    public long Timestamp { get; }

    /// <summary>The body exactly as it was signed. It is the memory that was given to the verifier, not a copy.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Which of the accepted secrets matched, counted from 0. While a secret is rotated it shows whether the old one is still in use.</summary>
    public int SecretIndex { get; }

    /// <summary>The message id.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => Id;
}
