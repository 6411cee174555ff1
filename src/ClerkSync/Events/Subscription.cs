using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>What one payer, a user or an organization, is subscribed to. <c>Id</c> is <c>csub_…</c>.</summary>
public sealed record Subscription : ClerkResource
{
    /// <summary><c>commerce_subscription</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>active</c>, <c>past_due</c>, <c>canceled</c>, <c>ended</c>, <c>abandoned</c>, <c>incomplete</c>; more may come.</summary>
    public string? Status { get; set; }

    /// <summary><c>cpayer_…</c></summary>
    public string? PayerId { get; set; }

    /// <summary>Who pays.</summary>
    public Payer? Payer { get; set; }

    /// <summary>All items at that moment; these have no payer and no subscription id of their own.</summary>
    public IReadOnlyList<SubscriptionItem> Items { get; set; } = [];

    /// <summary><c>cpa_…</c>; null before the first payment.</summary>
    public string? LatestPaymentId { get; set; }

    /// <summary><c>cps_…</c>; null when none is stored.</summary>
    public string? PaymentSourceId { get; set; }

    /// <summary>When it became active; null when it never was.</summary>
    public DateTimeOffset? ActiveAt { get; set; }

    /// <summary>Null when not canceled.</summary>
    public DateTimeOffset? CanceledAt { get; set; }

    /// <summary>Null when not ended.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Null when nothing is past due.</summary>
    public DateTimeOffset? PastDueAt { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>One plan inside a subscription. <c>Id</c> is <c>csub_item_…</c>. The item of the default plan keeps its id, so it can come back after <c>ended</c>.</summary>
public sealed record SubscriptionItem : ClerkResource
{
    /// <summary><c>commerce_subscription_item</c> or <c>subscription_item</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>active</c>, <c>canceled</c>, <c>past_due</c>, <c>upcoming</c>, <c>ended</c>, <c>abandoned</c>, <c>incomplete</c>, <c>expired</c>; more may come.</summary>
    public string? Status { get; set; }

    /// <summary>Whether the present period is a trial.</summary>
    public bool? IsFreeTrial { get; set; }

    /// <summary><c>month</c> or <c>annual</c>. See <see cref="BillingInterval"/>.</summary>
    public string? Interval { get; set; }

    /// <summary>The other name of <see cref="Interval"/>. See <see cref="BillingInterval"/>.</summary>
    public string? PlanPeriod { get; set; }

    /// <summary>Start of the present period.</summary>
    public DateTimeOffset? PeriodStart { get; set; }

    /// <summary>End of the present period; null for the default plan.</summary>
    public DateTimeOffset? PeriodEnd { get; set; }

    /// <summary><c>cplan_…</c>; null when there is no plan.</summary>
    public string? PlanId { get; set; }

    /// <summary>The plan at that moment; null when there is none.</summary>
    public Plan? Plan { get; set; }

    /// <summary>Who pays; in events of items only, absent inside a subscription.</summary>
    public Payer? Payer { get; set; }

    /// <summary><c>csub_…</c>; in events of items only, null inside a subscription.</summary>
    public string? SubscriptionId { get; set; }

    /// <summary>How many people it covers; absent for plans without seats.</summary>
    public SubscriptionSeats? Seats { get; set; }

    /// <summary>When Clerk created it. May be absent inside payment attempts.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states, except inside payment attempts.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>Null when not canceled.</summary>
    public DateTimeOffset? CanceledAt { get; set; }

    /// <summary>Null when not past due.</summary>
    public DateTimeOffset? PastDueAt { get; set; }

    /// <summary>Null when not ended; answers of the API only.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Price of the period.</summary>
    public Money? Amount { get; set; }

    /// <summary>Paid so far, in the smallest unit of the currency.</summary>
    public long? LifetimePaid { get; set; }

    /// <summary>Next charge, in the smallest unit of the currency.</summary>
    public long? NextPaymentAmount { get; set; }

    /// <summary>When the next charge is due.</summary>
    public DateTimeOffset? NextPaymentDate { get; set; }

    /// <summary>Date of the proration, <c>YYYY-MM-DD</c>.</summary>
    public string? ProrationDate { get; set; }

    /// <summary>Deprecated by Clerk in favour of <see cref="Credits"/>.</summary>
    public ProrationCredit? Credit { get; set; }

    /// <summary>What lowers the price; null when nothing does.</summary>
    public SubscriptionCredits? Credits { get; set; }

    /// <summary><c>month</c> or <c>annual</c>, whichever of the two fields Clerk filled. Null when neither.</summary>
    [JsonIgnore]
    public string? BillingInterval => Interval ?? PlanPeriod;
}

/// <summary>How many people an item covers.</summary>
public sealed record SubscriptionSeats : ClerkObject
{
    /// <summary>Number of people; null is unlimited.</summary>
    public long? Quantity { get; set; }
}

/// <summary>What lowers the price of an item.</summary>
public sealed record SubscriptionCredits : ClerkObject
{
    /// <summary>For the unused rest of the former period; null when there is none.</summary>
    public ProrationCredit? Proration { get; set; }

    /// <summary>From the payer's balance; null when there is none.</summary>
    public PayerCredit? Payer { get; set; }

    /// <summary>Both together.</summary>
    public Money? Total { get; set; }
}

/// <summary>Credit for the unused rest of a period.</summary>
public sealed record ProrationCredit : ClerkObject
{
    /// <summary>The credit.</summary>
    public Money? Amount { get; set; }

    /// <summary>Days left.</summary>
    public long? CycleDaysRemaining { get; set; }

    /// <summary>Days of the whole period.</summary>
    public long? CycleDaysTotal { get; set; }

    /// <summary>Share left, from 0 to 1.</summary>
    public decimal? CycleRemainingPercent { get; set; }
}

/// <summary>Credit from a payer's balance.</summary>
public sealed record PayerCredit : ClerkObject
{
    /// <summary>What is used here.</summary>
    public Money? AppliedAmount { get; set; }

    /// <summary>What is left afterwards.</summary>
    public Money? RemainingBalance { get; set; }
}
