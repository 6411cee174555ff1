using System.Text.Json;
using ClerkSync.Events;
using ClerkSync.Storage;
using static ClerkSync.Mirror.GeneratedColumn;

namespace ClerkSync.Mirror;

/// <summary>Billing. Payments outlive the payer, so nothing here has a parent; the payer's personal data goes when the payer is deleted.</summary>
internal static class BillingTables
{
    private static readonly EmbeddedBlock[] PayerBlocks = [new("payer", "users", "payer_user_id"), new("payer", "organizations", "payer_organization_id")];

    private static readonly ComputedColumn[] PayerColumns =
    [
        new("payer_user_id", ColumnKind.Id, "The user who pays; null when an organization does.", s => Payer(s, "user_id")),
        new("payer_organization_id", ColumnKind.Id, "The organization that pays; null when a user does.", s => Payer(s, "organization_id")),
    ];

    public static readonly MirrorTable Subscriptions = new()
    {
        Name = "subscriptions",
        Meaning = "One row for each payer's subscription.",
        EventTypes = ["subscription.created", "subscription.updated", "subscription.active", "subscription.pastDue"],
        Computed = PayerColumns,
        Blocks = PayerBlocks,
        Generated =
        [
            Text("status"), Id("payer_id", ["payer_id"], ["payer", "id"]), Id("latest_payment_id"), Id("payment_source_id"),
            Moment("active_at"), Moment("canceled_at"), Moment("ended_at"), Moment("past_due_at"), Moment("created_at"), Moment("updated_at"),
        ],
        Indexed = ["payer_user_id", "payer_organization_id", "status"],
    };

    public static readonly MirrorTable SubscriptionItems = new()
    {
        Name = "subscription_items",
        Meaning = "One row for each item of a subscription. An ended item of a default plan can become active again.",
        EventTypes =
        [
            "subscriptionItem.created", "subscriptionItem.updated", "subscriptionItem.active", "subscriptionItem.canceled", "subscriptionItem.upcoming",
            "subscriptionItem.ended", "subscriptionItem.abandoned", "subscriptionItem.incomplete", "subscriptionItem.expired", "subscriptionItem.pastDue",
            "subscriptionItem.freeTrialEnding",
        ],
        Computed = PayerColumns,
        Blocks = PayerBlocks,
        Generated =
        [
            Id("subscription_id"), Text("status"), Text("interval", ["interval"], ["plan_period"]), Flag("is_free_trial"),
            Id("plan_id", ["plan_id"], ["plan", "id"]), Id("plan_slug", ["plan", "slug"]), Text("plan_name", ["plan", "name"]),
            Count("plan_amount", ["plan", "amount"]), Id("plan_currency", ["plan", "currency"]), Count("seats_quantity", ["seats", "quantity"]),
            Moment("period_start"), Moment("period_end"), Moment("canceled_at"), Moment("past_due_at"), Moment("ended_at"),
            Moment("created_at"), Moment("updated_at"),
        ],

        // The plan and the payer inside are copies, and amounts have another shape in webhooks.
        Silent = ["payer", "plan", "amount", "lifetime_paid", "next_payment", "next_payment_amount", "next_payment_date", "credit", "credits", "object"],
        KeptThroughAnswers = ["subscription_id", "payer"],
        Listing = new("billing/subscription_items", ("include_free", "true"), ("paginated", "true")),
        Indexed = ["subscription_id", "payer_user_id", "payer_organization_id", "plan_id"],
    };

    public static readonly MirrorTable PaymentAttempts = new()
    {
        Name = "payment_attempts",
        Meaning = "One row for each attempt to collect a payment. Amounts are in the smallest unit of the currency.",
        EventTypes = ["paymentAttempt.created", "paymentAttempt.updated"],
        Computed = PayerColumns,
        Blocks = PayerBlocks,
        Generated =
        [
            Text("status"), Id("payment_id"), Id("statement_id"), Id("payer_id", ["payer", "id"]), Text("charge_type"),
            Count("grand_total", ["totals", "grand_total", "amount"]), Count("tax_total", ["totals", "tax_total", "amount"]),
            Id("currency", ["totals", "grand_total", "currency"]), Text("failed_code", ["failed_reason", "code"]), Text("decline_code", ["failed_reason", "decline_code"]),
            Id("gateway_external_id"), Moment("billing_date"), Moment("paid_at"), Moment("failed_at"), Moment("created_at"), Moment("updated_at"),
        ],
        Indexed = ["payer_user_id", "payer_organization_id", "payment_id"],
    };

    /// <summary>Clerk sends an empty text for the kind of payer that it is not.</summary>
    private static string? Payer(JsonElement data, string member) =>
        CanonicalDocument.Object(data, "payer") is { } payer ? CanonicalDocument.Id(payer, member) : null;
}
