using System.Diagnostics.CodeAnalysis;
using ClerkSync.Signing;

namespace ClerkSync;

/// <summary>One webhook of Clerk after verification: its event, or why it was refused.</summary>
public sealed class ClerkWebhook
{
    internal ClerkWebhook(VerifiedDelivery delivery) => Delivery = delivery;

    internal ClerkWebhook(DeliveryRefusal refusal) => Refusal = refusal;

    /// <summary>Whether Clerk sent it, unchanged and not long ago. When false, answer with <see cref="Refusal"/> and do nothing else.</summary>
    [MemberNotNullWhen(true, nameof(Delivery), nameof(Id))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsVerified => Delivery is not null;

    /// <summary>The message id (<c>svix-id</c>), the same for every attempt: use it to recognise duplicates. Null if refused.</summary>
    public string? Id => Delivery?.Id;

    /// <summary>The verified bytes and what is known about them. Null if refused.</summary>
    public VerifiedDelivery? Delivery { get; }

    /// <summary>Why it was refused. Null if verified.</summary>
    public DeliveryRefusal? Refusal { get; }
}
