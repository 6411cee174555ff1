namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>waitlist_entries</c>. One row for each entry of the waitlist.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredWaitlistEntry
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary><c>email_address</c> of the object.</summary>
    public string? EmailAddress { get; init; }

    /// <summary><c>status</c> of the object.</summary>
    public string? Status { get; init; }

    /// <summary><c>is_locked</c> of the object.</summary>
    public bool? IsLocked { get; init; }

    /// <summary><c>invitation.id</c> of the object.</summary>
    public string? InvitationId { get; init; }

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
