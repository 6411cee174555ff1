namespace ClerkSync.Events;

/// <summary>Everything that happens to a subscription.</summary>
public abstract record SubscriptionEvent : ClerkEvent
{
    private protected SubscriptionEvent()
    {
    }

    /// <summary>The whole subscription as it was at that moment, with payer and items.</summary>
    public required Subscription Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>subscription.created</c>: a user or organization was created while Billing is on, or Billing was switched on.</summary>
public sealed record SubscriptionCreated : SubscriptionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionCreated;
}

/// <summary><c>subscription.updated</c>: anything but the status changed, for example the set of items.</summary>
public sealed record SubscriptionUpdated : SubscriptionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionUpdated;
}

/// <summary><c>subscription.active</c>: the status became active; an item of the free default plan is enough.</summary>
public sealed record SubscriptionActive : SubscriptionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionActive;
}

/// <summary><c>subscription.pastDue</c>: one of its items became past due.</summary>
public sealed record SubscriptionPastDue : SubscriptionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionPastDue;
}

/// <summary>Everything that happens to a payment attempt.</summary>
public abstract record PaymentAttemptEvent : ClerkEvent
{
    private protected PaymentAttemptEvent()
    {
    }

    /// <summary>The whole attempt as it was at that moment.</summary>
    public required PaymentAttempt Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>paymentAttempt.created</c>: an attempt to collect money began.</summary>
public sealed record PaymentAttemptCreated : PaymentAttemptEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.PaymentAttemptCreated;
}

/// <summary><c>paymentAttempt.updated</c>: the attempt was paid or failed.</summary>
public sealed record PaymentAttemptUpdated : PaymentAttemptEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.PaymentAttemptUpdated;
}
