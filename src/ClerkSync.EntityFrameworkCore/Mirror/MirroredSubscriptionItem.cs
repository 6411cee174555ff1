namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>subscription_items</c>. One row for each item of a subscription. An ended item of a default plan can become active again.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredSubscriptionItem
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary>The user who pays; null when an organization does.</summary>
    public string? PayerUserId { get; init; }

    /// <summary>The organization that pays; null when a user does.</summary>
    public string? PayerOrganizationId { get; init; }

    /// <summary><c>subscription_id</c> of the object.</summary>
    public string? SubscriptionId { get; init; }

    /// <summary><c>status</c> of the object.</summary>
    public string? Status { get; init; }

    /// <summary><c>interval</c>, else <c>plan_period</c> of the object.</summary>
    public string? Interval { get; init; }

    /// <summary><c>is_free_trial</c> of the object.</summary>
    public bool? IsFreeTrial { get; init; }

    /// <summary><c>plan_id</c>, else <c>plan.id</c> of the object.</summary>
    public string? PlanId { get; init; }

    /// <summary><c>plan.slug</c> of the object.</summary>
    public string? PlanSlug { get; init; }

    /// <summary><c>plan.name</c> of the object.</summary>
    public string? PlanName { get; init; }

    /// <summary><c>plan.amount</c> of the object.</summary>
    public long? PlanAmount { get; init; }

    /// <summary><c>plan.currency</c> of the object.</summary>
    public string? PlanCurrency { get; init; }

    /// <summary><c>seats.quantity</c> of the object.</summary>
    public long? SeatsQuantity { get; init; }

    /// <summary><c>period_start</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? PeriodStart { get; init; }

    /// <summary><c>period_end</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? PeriodEnd { get; init; }

    /// <summary><c>canceled_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? CanceledAt { get; init; }

    /// <summary><c>past_due_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? PastDueAt { get; init; }

    /// <summary><c>ended_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary><c>created_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary><c>updated_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The whole object as Clerk sent it, without its secrets. A JSON document.</summary>
    public string? Data { get; init; }

    /// <summary>The Clerk instance that it came from.</summary>
    public string? InstanceId { get; init; }

    /// <summary>When the row was written last, by the clock of the server that wrote it. In UTC, to the millisecond.</summary>
    public DateTimeOffset? SyncedAt { get; init; }
}
