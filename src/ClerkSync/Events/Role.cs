using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>A role of the instance, not of one organization. Memberships refer to it by <see cref="Key"/>. <c>Id</c> is <c>role_…</c>.</summary>
public sealed record Role : ClerkResource
{
    /// <summary><c>role</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Display name.</summary>
    public string? Name { get; set; }

    /// <summary><c>org:…</c></summary>
    public string? Key { get; set; }

    /// <summary>Null when none was written.</summary>
    public string? Description { get; set; }

    /// <summary>Whether it may be the role of an organization's creator.</summary>
    public bool? IsCreatorEligible { get; set; }

    /// <summary>All permissions of the role.</summary>
    public IReadOnlyList<Permission> Permissions { get; set; } = [];

    /// <summary>True in the short form of <c>role.deleted</c>, which has no other field than the id; null otherwise.</summary>
    public bool? Deleted { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>A permission of the instance. <c>Id</c> is <c>perm_…</c>.</summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "Clerk's own word; nothing to do with code access security.")]
public sealed record Permission : ClerkResource
{
    /// <summary><c>permission</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Display name.</summary>
    public string? Name { get; set; }

    /// <summary><c>org:feature:verb</c>; system permissions are <c>org:sys_area:verb</c>.</summary>
    public string? Key { get; set; }

    /// <summary>Null when none was written.</summary>
    public string? Description { get; set; }

    /// <summary><c>system</c> or <c>user</c>; <c>custom</c> in Clerk's examples.</summary>
    public string? Type { get; set; }

    /// <summary>True in the short form of <c>permission.deleted</c>, which has no other field than the id; null otherwise.</summary>
    public bool? Deleted { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}
