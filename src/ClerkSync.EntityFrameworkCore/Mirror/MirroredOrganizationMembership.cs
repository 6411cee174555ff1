namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>organization_memberships</c>. One row for each membership; leaving and joining again makes a new one.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredOrganizationMembership
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary>Id in <c>users</c>. Stays when the row is erased.</summary>
    public string? UserId { get; init; }

    /// <summary>Id in <c>organizations</c>. Stays when the row is erased.</summary>
    public string? OrganizationId { get; init; }

    /// <summary><c>role</c> of the object.</summary>
    public string? Role { get; init; }

    /// <summary><c>role_name</c> of the object.</summary>
    public string? RoleName { get; init; }

    /// <summary><c>permissions</c> of the object. A JSON document.</summary>
    public string? Permissions { get; init; }

    /// <summary><c>public_metadata</c> of the object. A JSON document.</summary>
    public string? PublicMetadata { get; init; }

    /// <summary><c>private_metadata</c> of the object. A JSON document.</summary>
    public string? PrivateMetadata { get; init; }

    /// <summary><c>public_user_data.identifier</c> of the object.</summary>
    public string? Identifier { get; init; }

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
