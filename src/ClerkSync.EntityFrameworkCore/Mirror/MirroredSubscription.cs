namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>subscriptions</c>. One row for each payer's subscription.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredSubscription
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary>The user who pays; null when an organization does.</summary>
    public string? PayerUserId { get; init; }

    /// <summary>The organization that pays; null when a user does.</summary>
    public string? PayerOrganizationId { get; init; }

    /// <summary><c>status</c> of the object.</summary>
    public string? Status { get; init; }

    /// <summary><c>payer_id</c>, else <c>payer.id</c> of the object.</summary>
    public string? PayerId { get; init; }

    /// <summary><c>latest_payment_id</c> of the object.</summary>
    public string? LatestPaymentId { get; init; }

    /// <summary><c>payment_source_id</c> of the object.</summary>
    public string? PaymentSourceId { get; init; }

    /// <summary><c>active_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? ActiveAt { get; init; }

    /// <summary><c>canceled_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? CanceledAt { get; init; }

    /// <summary><c>ended_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary><c>past_due_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? PastDueAt { get; init; }

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
