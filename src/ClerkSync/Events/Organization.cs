using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>A team, company or workspace. <c>Id</c> is <c>org_…</c>.</summary>
public sealed record Organization : ClerkResource
{
    /// <summary><c>organization</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Display name.</summary>
    public string? Name { get; set; }

    /// <summary>Unique per instance, and may change; null where slugs are switched off.</summary>
    public string? Slug { get; set; }

    /// <summary>Address of the logo; Clerk generates one when <see cref="HasImage"/> is false.</summary>
    public string? ImageUrl { get; set; }

    /// <summary>Whether a logo was uploaded.</summary>
    public bool? HasImage { get; set; }

    /// <summary>Number of members at that moment; may be stale or missing, so count memberships instead.</summary>
    public long? MembersCount { get; set; }

    /// <summary>Number of open invitations at that moment.</summary>
    public long? PendingInvitationsCount { get; set; }

    /// <summary>Whether nobody is left who may administer it.</summary>
    public bool? MissingMemberWithElevatedPermissions { get; set; }

    /// <summary>Number of members allowed; 0 is unlimited.</summary>
    public long? MaxAllowedMemberships { get; set; }

    /// <summary>Whether its administrators may delete it.</summary>
    public bool? AdminDeleteEnabled { get; set; }

    /// <summary>Free JSON that members' browsers may read.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>Free JSON that only your server may read.</summary>
    public JsonElement? PrivateMetadata { get; set; }

    /// <summary><c>user_…</c> of the creator; null when it was created without a user.</summary>
    public string? CreatedBy { get; set; }

    /// <summary>Its set of roles, for example <c>role_set:default</c>. Null in older bodies.</summary>
    public string? RoleSetKey { get; set; }

    /// <summary>Null when never active.</summary>
    public DateTimeOffset? LastActiveAt { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>What invitations and domains tell of their organization. Carries no time: never overwrite a known organization with it.</summary>
public sealed record PublicOrganizationData : ClerkObject
{
    /// <summary><c>org_…</c></summary>
    public string? Id { get; set; }

    /// <summary>Display name.</summary>
    public string? Name { get; set; }

    /// <summary>Null where slugs are switched off.</summary>
    public string? Slug { get; set; }

    /// <summary>Address of the logo.</summary>
    public string? ImageUrl { get; set; }

    /// <summary>Whether a logo was uploaded.</summary>
    public bool? HasImage { get; set; }
}
