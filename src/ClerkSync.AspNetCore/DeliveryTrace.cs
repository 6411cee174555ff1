using ClerkSync.Receiving;
using ClerkSync.Signing;

namespace ClerkSync.AspNetCore;

/// <summary>What became of a delivery, for whoever puts one of these into the request's features before the endpoint.</summary>
internal sealed class DeliveryTrace
{
    /// <summary>Null when it was refused, or did not come to the endpoint.</summary>
    public VerifiedDelivery? Delivery { get; private set; }

    /// <summary>Only with a delivery.</summary>
    public ReceiveOutcome Outcome { get; private set; }

    /// <summary>Null when it was not refused, or did not come to the endpoint.</summary>
    public DeliveryRefusal? Refusal { get; private set; }

    public void Set(DeliveryRefusal refusal) => Refusal = refusal;

    public void Set(VerifiedDelivery delivery, ReceiveOutcome outcome) => (Delivery, Outcome) = (delivery, outcome);
}
