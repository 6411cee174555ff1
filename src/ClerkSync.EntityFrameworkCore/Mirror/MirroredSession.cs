namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>sessions</c>. One row for each session. Expiry makes no event: compare <c>expire_at</c> and <c>abandon_at</c>.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredSession
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary>Id in <c>users</c>. Stays when the row is erased.</summary>
    public string? UserId { get; init; }

    /// <summary><c>client_id</c> of the object.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>status</c> of the object.</summary>
    public string? Status { get; init; }

    /// <summary><c>last_active_organization_id</c> of the object.</summary>
    public string? LastActiveOrganizationId { get; init; }

    /// <summary><c>actor.sub</c> of the object.</summary>
    public string? ImpersonatorId { get; init; }

    /// <summary><c>latest_activity</c> of the object. A JSON document.</summary>
    public string? LatestActivity { get; init; }

    /// <summary><c>last_active_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? LastActiveAt { get; init; }

    /// <summary><c>expire_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? ExpireAt { get; init; }

    /// <summary><c>abandon_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? AbandonAt { get; init; }

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
