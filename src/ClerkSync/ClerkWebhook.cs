using System.Diagnostics.CodeAnalysis;
using ClerkSync.Events;
using ClerkSync.Signing;

namespace ClerkSync;

/// <summary>One webhook of Clerk after verification: its event, or why it was refused.</summary>
public sealed class ClerkWebhook
{
    internal ClerkWebhook(VerifiedDelivery delivery)
    {
        Delivery = delivery;
        Reading = ClerkEventReader.Read(delivery.Body.Span);
    }

    internal ClerkWebhook(DeliveryRefusal refusal) => Refusal = refusal;

    /// <summary>Whether Clerk sent it, unchanged and not long ago. When false, answer with <see cref="Refusal"/> and do nothing else.</summary>
    [MemberNotNullWhen(true, nameof(Delivery), nameof(Id))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsVerified => Delivery is not null;

    /// <summary>The message id (<c>svix-id</c>), the same for every attempt: use it to recognise duplicates. Null if refused.</summary>
    public string? Id => Delivery?.Id;

    /// <summary>The verified bytes and what is known about them. Null if refused.</summary>
    public VerifiedDelivery? Delivery { get; }

    /// <summary>
    /// What happened, typed: <c>switch</c> over it. A type that this version does not know is an <see cref="UnknownEvent"/>. Null if refused, and
    /// null if the body is no event of Clerk (a Dashboard transformation may change it): <see cref="Reading"/> says why; answer 200 all the same.
    /// </summary>
    public ClerkEvent? Event => Reading.Event;

    /// <summary>What came of reading the body. The default value if refused.</summary>
    public ClerkEventReadResult Reading { get; }

    /// <summary>Why it was refused. Null if verified.</summary>
    public DeliveryRefusal? Refusal { get; }
}
