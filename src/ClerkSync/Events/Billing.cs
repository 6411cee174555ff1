using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>An amount of money.</summary>
public sealed record Money : ClerkObject
{
    /// <summary>In the smallest unit of the currency, for example cents.</summary>
    public long? Amount { get; set; }

    /// <summary>For people, for example <c>$19.00</c>.</summary>
    public string? AmountFormatted { get; set; }

    /// <summary>ISO 4217 code.</summary>
    public string? Currency { get; set; }

    /// <summary>For example <c>$</c>.</summary>
    public string? CurrencySymbol { get; set; }
}

/// <summary>Who pays: a user or an organization.</summary>
public sealed record Payer : ClerkObject
{
    /// <summary><c>cpayer_…</c></summary>
    public string? Id { get; set; }

    /// <summary><c>commerce_payer</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Of a user: <c>user_…</c>. Of an organization an empty string: see <see cref="PayingUserId"/>.</summary>
    public string? UserId { get; set; }

    /// <summary>Of a user; an empty string for an organization.</summary>
    public string? FirstName { get; set; }

    /// <summary>Of a user; an empty string for an organization.</summary>
    public string? LastName { get; set; }

    /// <summary>Of an organization: <c>org_…</c>. Of a user an empty string: see <see cref="PayingOrganizationId"/>.</summary>
    public string? OrganizationId { get; set; }

    /// <summary>Of an organization; an empty string for a user.</summary>
    public string? OrganizationName { get; set; }

    /// <summary>Where invoices go.</summary>
    public string? Email { get; set; }

    /// <summary>Picture or logo.</summary>
    public string? ImageUrl { get; set; }

    /// <summary><c>ins_…</c>; null in most bodies.</summary>
    public string? InstanceId { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary><c>user_…</c> when a user pays, otherwise null (Clerk sends an empty string).</summary>
    [JsonIgnore]
    public string? PayingUserId => string.IsNullOrEmpty(UserId) ? null : UserId;

    /// <summary><c>org_…</c> when an organization pays, otherwise null (Clerk sends an empty string).</summary>
    [JsonIgnore]
    public string? PayingOrganizationId => string.IsNullOrEmpty(OrganizationId) ? null : OrganizationId;
}

/// <summary>A plan at the moment of the event. Carries no time: never overwrite a known plan with it.</summary>
public sealed record Plan : ClerkObject
{
    /// <summary><c>cplan_…</c></summary>
    public string? Id { get; set; }

    /// <summary><c>commerce_plan</c>; absent in webhooks.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Its name for programs.</summary>
    public string? Slug { get; set; }

    /// <summary>Its name for people.</summary>
    public string? Name { get; set; }

    /// <summary>Whether it is charged again and again.</summary>
    public bool? IsRecurring { get; set; }

    /// <summary>Price for the item's interval, in the smallest unit of the currency.</summary>
    public long? Amount { get; set; }

    /// <summary>ISO 4217 code.</summary>
    public string? Currency { get; set; }

    /// <summary>Prices by the number of seats or other units.</summary>
    public IReadOnlyList<UnitPrice> UnitPrices { get; set; } = [];

    /// <summary><c>ins_…</c>; inside payment attempts only.</summary>
    public string? InstanceId { get; set; }

    /// <summary><c>cprd_…</c>; inside payment attempts only.</summary>
    public string? ProductId { get; set; }

    /// <summary>Inside payment attempts only; null when none was written.</summary>
    public string? Description { get; set; }

    /// <summary>Whether everybody without another plan has it; inside payment attempts only.</summary>
    public bool? IsDefault { get; set; }

    /// <summary>Whether changes are charged by the day; inside payment attempts only.</summary>
    public bool? IsProrated { get; set; }

    /// <summary><c>month</c> or <c>annual</c>; inside payment attempts only.</summary>
    public string? Period { get; set; }

    /// <summary>Number of periods; inside payment attempts only.</summary>
    public long? Interval { get; set; }

    /// <summary>Whether it costs something at all; inside payment attempts only.</summary>
    public bool? HasBaseFee { get; set; }

    /// <summary>Price of a month when paid by the year, in the smallest unit of the currency; inside payment attempts only.</summary>
    public long? AnnualMonthlyAmount { get; set; }

    /// <summary>Whether pricing tables show it; inside payment attempts only.</summary>
    public bool? PubliclyVisible { get; set; }
}

/// <summary>The price of one kind of unit, for example seats.</summary>
public sealed record UnitPrice : ClerkObject
{
    /// <summary>The unit.</summary>
    public string? Name { get; set; }

    /// <summary>Number of units sold together.</summary>
    public long? BlockSize { get; set; }

    /// <summary>The price by number of blocks.</summary>
    public IReadOnlyList<UnitPriceTier> Tiers { get; set; } = [];
}

/// <summary>The price of a range of blocks.</summary>
public sealed record UnitPriceTier : ClerkObject
{
    /// <summary>First block of the range.</summary>
    public long? StartsAtBlock { get; set; }

    /// <summary>Last block of the range; null is open.</summary>
    public long? EndsAfterBlock { get; set; }

    /// <summary>Price of a block, in the smallest unit of the currency.</summary>
    [JsonPropertyName("amount_per_block")]
    public long? AmountPerBlock { get; set; }

    /// <summary>ISO 4217 code.</summary>
    public string? Currency { get; set; }
}
