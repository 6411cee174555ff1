using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>One user in one organization. <c>Id</c> is <c>orgmem_…</c>; leaving and joining again gives a new one.</summary>
public sealed record OrganizationMembership : ClerkResource
{
    /// <summary><c>organization_membership</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Key of the role: <c>org:admin</c>, <c>org:member</c>, <c>org:…</c></summary>
    public string? Role { get; set; }

    /// <summary>Display name of the role. Null in older bodies.</summary>
    public string? RoleName { get; set; }

    /// <summary>Keys of all permissions of the role, system permissions (<c>org:sys_…</c>) included.</summary>
    public IReadOnlyList<string> Permissions { get; set; } = [];

    /// <summary>Free JSON of the membership that browsers may read.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>Free JSON of the membership that only your server may read.</summary>
    public JsonElement? PrivateMetadata { get; set; }

    /// <summary>The organization at that moment, with its own <see cref="Events.Organization.UpdatedAt"/>.</summary>
    public Organization? Organization { get; set; }

    /// <summary>The member.</summary>
    public PublicUserData? PublicUserData { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>The member, <c>user_…</c>. Null when <see cref="PublicUserData"/> is missing.</summary>
    [JsonIgnore]
    public string? UserId => PublicUserData?.UserId;

    /// <summary>The organization, <c>org_…</c>. Null when <see cref="Organization"/> is missing.</summary>
    [JsonIgnore]
    public string? OrganizationId => Organization?.Id;
}

/// <summary>What memberships and invitations tell of a user. Carries no time: never overwrite a known user with it.</summary>
public sealed record PublicUserData : ClerkObject
{
    /// <summary><c>user_…</c></summary>
    public string? UserId { get; set; }

    /// <summary>Null when not given.</summary>
    public string? FirstName { get; set; }

    /// <summary>Null when not given.</summary>
    public string? LastName { get; set; }

    /// <summary>Deprecated by Clerk in favour of <see cref="ImageUrl"/>.</summary>
    public string? ProfileImageUrl { get; set; }

    /// <summary>Address of the picture.</summary>
    public string? ImageUrl { get; set; }

    /// <summary>Whether the user uploaded or imported a picture.</summary>
    public bool? HasImage { get; set; }

    /// <summary>The primary e-mail address, phone number, username or wallet as text; null when there is none.</summary>
    public string? Identifier { get; set; }

    /// <summary>Null when the user has none.</summary>
    public string? Username { get; set; }

    /// <summary>Null in older bodies.</summary>
    public bool? Banned { get; set; }

    /// <summary>Whether a company directory switched the user off. Null in older bodies.</summary>
    public bool? Deprovisioned { get; set; }
}

/// <summary>An invitation into an organization. <c>Id</c> is <c>orginv_…</c>.</summary>
public sealed record OrganizationInvitation : ClerkResource
{
    /// <summary><c>organization_invitation</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Who is invited.</summary>
    public string? EmailAddress { get; set; }

    /// <summary>Key of the role the person gets.</summary>
    public string? Role { get; set; }

    /// <summary>Display name of that role.</summary>
    public string? RoleName { get; set; }

    /// <summary><c>org_…</c></summary>
    public string? OrganizationId { get; set; }

    /// <summary><c>user_…</c> of who invited; null when your server did.</summary>
    public string? InviterId { get; set; }

    /// <summary>Who invited; null when your server did.</summary>
    public PublicUserData? PublicInviterData { get; set; }

    /// <summary>The organization; absent in most events.</summary>
    public PublicOrganizationData? PublicOrganizationData { get; set; }

    /// <summary><c>pending</c>, <c>accepted</c>, <c>revoked</c>, <c>expired</c>. No event tells of expiry: see <see cref="ExpiresAt"/>.</summary>
    public string? Status { get; set; }

    /// <summary>Free JSON, copied to the membership.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>Free JSON that only your server may read.</summary>
    public JsonElement? PrivateMetadata { get; set; }

    /// <summary>The link with the ticket: a secret, never store or log it. Null once it is used or revoked.</summary>
    public string? Url { get; set; }

    /// <summary>Null when it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Who accepted, in <c>organizationInvitation.accepted</c> only. See <see cref="AcceptedByUserId"/>.</summary>
    public string? UserId { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>
    /// <c>user_…</c> of who accepted, wherever Clerk put it: beside the other fields, or in a second <c>data</c> as its schema says.
    /// Null in all events but <c>organizationInvitation.accepted</c>.
    /// </summary>
    [JsonIgnore]
    public string? AcceptedByUserId => UserId
        ?? (ExtensionData.TryGetValue("data", out var inner) && inner.ValueKind == JsonValueKind.Object
            && inner.TryGetProperty("user_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null);
}
