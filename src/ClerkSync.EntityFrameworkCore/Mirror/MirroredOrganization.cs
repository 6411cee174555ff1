namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>organizations</c>. One row for each organization of the instance.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredOrganization
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary><c>name</c> of the object.</summary>
    public string? Name { get; init; }

    /// <summary><c>slug</c> of the object.</summary>
    public string? Slug { get; init; }

    /// <summary><c>image_url</c> of the object.</summary>
    public string? ImageUrl { get; init; }

    /// <summary><c>has_image</c> of the object.</summary>
    public bool? HasImage { get; init; }

    /// <summary><c>created_by</c> of the object.</summary>
    public string? CreatedBy { get; init; }

    /// <summary><c>role_set_key</c> of the object.</summary>
    public string? RoleSetKey { get; init; }

    /// <summary><c>public_metadata</c> of the object. A JSON document.</summary>
    public string? PublicMetadata { get; init; }

    /// <summary><c>private_metadata</c> of the object. A JSON document.</summary>
    public string? PrivateMetadata { get; init; }

    /// <summary><c>members_count</c> of the object.</summary>
    public long? MembersCount { get; init; }

    /// <summary><c>pending_invitations_count</c> of the object.</summary>
    public long? PendingInvitationsCount { get; init; }

    /// <summary><c>max_allowed_memberships</c> of the object.</summary>
    public long? MaxAllowedMemberships { get; init; }

    /// <summary><c>admin_delete_enabled</c> of the object.</summary>
    public bool? AdminDeleteEnabled { get; init; }

    /// <summary><c>missing_member_with_elevated_permissions</c> of the object.</summary>
    public bool? MissingMemberWithElevatedPermissions { get; init; }

    /// <summary><c>last_active_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? LastActiveAt { get; init; }

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
