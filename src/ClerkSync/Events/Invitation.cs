using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>An invitation to the application. <c>Id</c> is <c>inv_…</c>.</summary>
public sealed record Invitation : ClerkResource
{
    /// <summary><c>invitation</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Who is invited.</summary>
    public string? EmailAddress { get; set; }

    /// <summary>Free JSON, copied to the user on acceptance.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>Whether it was taken back.</summary>
    public bool? Revoked { get; set; }

    /// <summary><c>pending</c>, <c>accepted</c>, <c>revoked</c>, <c>expired</c>. No event tells of expiry: see <see cref="ExpiresAt"/>.</summary>
    public string? Status { get; set; }

    /// <summary>The link with the ticket: a secret, never store or log it.</summary>
    public string? Url { get; set; }

    /// <summary>Null when it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>Somebody who waits to be let in. <c>Id</c> is <c>wle_…</c>.</summary>
public sealed record WaitlistEntry : ClerkResource
{
    /// <summary><c>waitlist_entry</c> or <c>waitlistEntry</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Who waits.</summary>
    public string? EmailAddress { get; set; }

    /// <summary><c>pending</c>, <c>invited</c>, <c>rejected</c>, <c>completed</c>; more may come.</summary>
    public string? Status { get; set; }

    /// <summary>Whether a running batch action holds it.</summary>
    public bool? IsLocked { get; set; }

    /// <summary>Set once invited; null before.</summary>
    public Invitation? Invitation { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}
