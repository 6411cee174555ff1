using System.Diagnostics.CodeAnalysis;

namespace ClerkSync.Signing;

/// <summary>What <see cref="DeliveryVerifier"/> found: a verified delivery, or the reason why not. Refusing is an ordinary result and no exception.</summary>
public readonly record struct VerificationResult
{
    internal VerificationResult(VerifiedDelivery delivery) => Delivery = delivery;

    internal VerificationResult(DeliveryRefusal refusal) => Refusal = refusal;

    /// <summary>Whether the delivery is genuine and fresh.</summary>
    [MemberNotNullWhen(true, nameof(Delivery))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsVerified => Delivery is not null;

    /// <summary>The delivery, or null if it was refused.</summary>
    public VerifiedDelivery? Delivery { get; }

    /// <summary>Why it was refused, or null if it is verified.</summary>
    public DeliveryRefusal? Refusal { get; }
}
