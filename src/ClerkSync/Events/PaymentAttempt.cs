using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>One try to collect money. <c>Id</c> is <c>pa_…</c>.</summary>
public sealed record PaymentAttempt : ClerkResource
{
    /// <summary><c>commerce_payment_attempt</c>; absent in most bodies.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>ins_…</c></summary>
    public string? InstanceId { get; set; }

    /// <summary><c>cpa_…</c></summary>
    public string? PaymentId { get; set; }

    /// <summary><c>stmt_…</c></summary>
    public string? StatementId { get; set; }

    /// <summary>Deprecated by Clerk; absent in most bodies.</summary>
    public string? InvoiceId { get; set; }

    /// <summary>Id at the payment provider, for example Stripe's <c>pi_…</c>.</summary>
    public string? GatewayExternalId { get; set; }

    /// <summary><c>pending</c>, <c>paid</c>, <c>failed</c>; more may come.</summary>
    public string? Status { get; set; }

    /// <summary><c>checkout</c> or <c>recurring</c>.</summary>
    public string? ChargeType { get; set; }

    /// <summary>The date it is billed for.</summary>
    public DateTimeOffset? BillingDate { get; set; }

    /// <summary>Null when not paid.</summary>
    public DateTimeOffset? PaidAt { get; set; }

    /// <summary>Null when not failed.</summary>
    public DateTimeOffset? FailedAt { get; set; }

    /// <summary>Null when not failed.</summary>
    public PaymentFailure? FailedReason { get; set; }

    /// <summary>Who gets the money.</summary>
    public Payee? Payee { get; set; }

    /// <summary>Who pays.</summary>
    public Payer? Payer { get; set; }

    /// <summary>The sums.</summary>
    public PaymentTotals? Totals { get; set; }

    /// <summary>What it is paid with.</summary>
    public PaymentSource? PaymentSource { get; set; }

    /// <summary>What it is paid for. Never take an item's state from here.</summary>
    public IReadOnlyList<SubscriptionItem> SubscriptionItems { get; set; } = [];

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>Why a payment failed.</summary>
public sealed record PaymentFailure : ClerkObject
{
    /// <summary>For example <c>card_declined</c>.</summary>
    public string? Code { get; set; }

    /// <summary>For example <c>insufficient_funds</c>; null when the bank gave none.</summary>
    public string? DeclineCode { get; set; }
}

/// <summary>Who gets the money: your account at the payment provider.</summary>
public sealed record Payee : ClerkObject
{
    /// <summary><c>cpayee_…</c></summary>
    public string? Id { get; set; }

    /// <summary>For example <c>stripe</c>.</summary>
    public string? GatewayType { get; set; }

    /// <summary>Id at the payment provider.</summary>
    public string? GatewayExternalId { get; set; }

    /// <summary><c>active</c>, <c>pending</c>, <c>restricted</c>, <c>disconnected</c>; more may come.</summary>
    public string? GatewayStatus { get; set; }
}

/// <summary>A stored card or wallet.</summary>
public sealed record PaymentSource : ClerkObject
{
    /// <summary><c>cps_…</c></summary>
    public string? Id { get; set; }

    /// <summary>For example <c>stripe</c>.</summary>
    public string? Gateway { get; set; }

    /// <summary>Id at the payment provider.</summary>
    public string? GatewayExternalId { get; set; }

    /// <summary>Account at the payment provider; null when there is none.</summary>
    public string? GatewayExternalAccountId { get; set; }

    /// <summary><c>card</c>, <c>link</c>; more may come.</summary>
    public string? PaymentMethod { get; set; }

    /// <summary><c>active</c>, <c>disconnected</c>; more may come.</summary>
    public string? Status { get; set; }

    /// <summary>For example <c>visa</c>; null when it is no card.</summary>
    public string? CardType { get; set; }

    /// <summary>Last four digits; null when it is no card.</summary>
    public string? Last4 { get; set; }
}

/// <summary>The sums of a payment.</summary>
public sealed record PaymentTotals : ClerkObject
{
    /// <summary>Before tax.</summary>
    public Money? Subtotal { get; set; }

    /// <summary>Tax.</summary>
    public Money? TaxTotal { get; set; }

    /// <summary>What is charged.</summary>
    public Money? GrandTotal { get; set; }

    /// <summary>By kind of unit; absent for plans without units.</summary>
    public IReadOnlyList<PerUnitTotal> PerUnitTotals { get; set; } = [];
}

/// <summary>The sum for one kind of unit.</summary>
public sealed record PerUnitTotal : ClerkObject
{
    /// <summary>The unit.</summary>
    public string? Name { get; set; }

    /// <summary>Price of one, in the smallest unit of the currency.</summary>
    public long? Amount { get; set; }

    /// <summary>Number of units; null is unlimited.</summary>
    public long? Quantity { get; set; }

    /// <summary>The sum, in the smallest unit of the currency.</summary>
    public long? Total { get; set; }

    /// <summary>ISO 4217 code.</summary>
    public string? Currency { get; set; }
}
