namespace ClerkSync.Events;

/// <summary>Everything that happens to an item of a subscription.</summary>
public abstract record SubscriptionItemEvent : ClerkEvent
{
    private protected SubscriptionItemEvent()
    {
    }

    /// <summary>The whole item as it was at that moment, with payer and plan.</summary>
    public required SubscriptionItem Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>subscriptionItem.created</c>: an item was added. No longer in Clerk's specification.</summary>
public sealed record SubscriptionItemCreated : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemCreated;
}

/// <summary><c>subscriptionItem.updated</c>: something but the status changed; a paid renewal moves the period and comes this way.</summary>
public sealed record SubscriptionItemUpdated : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemUpdated;
}

/// <summary><c>subscriptionItem.active</c>: the payment succeeded, or a trial began.</summary>
public sealed record SubscriptionItemActive : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemActive;
}

/// <summary><c>subscriptionItem.canceled</c>: canceled; its features stay until the period ends.</summary>
public sealed record SubscriptionItemCanceled : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemCanceled;
}

/// <summary><c>subscriptionItem.upcoming</c>: scheduled to start after the present period.</summary>
public sealed record SubscriptionItemUpcoming : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemUpcoming;
}

/// <summary><c>subscriptionItem.ended</c>: the item ended. The item of the default plan may come back.</summary>
public sealed record SubscriptionItemEnded : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemEnded;
}

/// <summary><c>subscriptionItem.abandoned</c>: an upcoming item was replaced before it started.</summary>
public sealed record SubscriptionItemAbandoned : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemAbandoned;
}

/// <summary><c>subscriptionItem.incomplete</c>: a checkout was started and not paid.</summary>
public sealed record SubscriptionItemIncomplete : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemIncomplete;
}

/// <summary><c>subscriptionItem.pastDue</c>: a recurring charge failed.</summary>
public sealed record SubscriptionItemPastDue : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemPastDue;
}

/// <summary><c>subscriptionItem.expired</c>: the item expired. Not in Clerk's specification: do not depend on it.</summary>
public sealed record SubscriptionItemExpired : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemExpired;
}

/// <summary><c>subscriptionItem.freeTrialEnding</c>: the trial ends in three days, or at once when it is shorter.</summary>
public sealed record SubscriptionItemFreeTrialEnding : SubscriptionItemEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SubscriptionItemFreeTrialEnding;
}
