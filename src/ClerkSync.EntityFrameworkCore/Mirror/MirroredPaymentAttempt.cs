namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>payment_attempts</c>. One row for each attempt to collect a payment. Amounts are in the smallest unit of the currency.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredPaymentAttempt
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary>The user who pays; null when an organization does.</summary>
    public string? PayerUserId { get; init; }

    /// <summary>The organization that pays; null when a user does.</summary>
    public string? PayerOrganizationId { get; init; }

    /// <summary><c>status</c> of the object.</summary>
    public string? Status { get; init; }

    /// <summary><c>payment_id</c> of the object.</summary>
    public string? PaymentId { get; init; }

    /// <summary><c>statement_id</c> of the object.</summary>
    public string? StatementId { get; init; }

    /// <summary><c>payer.id</c> of the object.</summary>
    public string? PayerId { get; init; }

    /// <summary><c>charge_type</c> of the object.</summary>
    public string? ChargeType { get; init; }

    /// <summary><c>totals.grand_total.amount</c> of the object.</summary>
    public long? GrandTotal { get; init; }

    /// <summary><c>totals.tax_total.amount</c> of the object.</summary>
    public long? TaxTotal { get; init; }

    /// <summary><c>totals.grand_total.currency</c> of the object.</summary>
    public string? Currency { get; init; }

    /// <summary><c>failed_reason.code</c> of the object.</summary>
    public string? FailedCode { get; init; }

    /// <summary><c>failed_reason.decline_code</c> of the object.</summary>
    public string? DeclineCode { get; init; }

    /// <summary><c>gateway_external_id</c> of the object.</summary>
    public string? GatewayExternalId { get; init; }

    /// <summary><c>billing_date</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? BillingDate { get; init; }

    /// <summary><c>paid_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? PaidAt { get; init; }

    /// <summary><c>failed_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? FailedAt { get; init; }

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
