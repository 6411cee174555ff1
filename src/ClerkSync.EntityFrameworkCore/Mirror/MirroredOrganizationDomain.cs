namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>organization_domains</c>. One row for each domain of an organization.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredOrganizationDomain
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary>Id in <c>organizations</c>. Stays when the row is erased.</summary>
    public string? OrganizationId { get; init; }

    /// <summary><c>name</c> of the object.</summary>
    public string? Name { get; init; }

    /// <summary><c>enrollment_mode</c> of the object.</summary>
    public string? EnrollmentMode { get; init; }

    /// <summary><c>affiliation_email_address</c> of the object.</summary>
    public string? AffiliationEmailAddress { get; init; }

    /// <summary><c>affiliation_verification.status</c>, else <c>verification.status</c> of the object.</summary>
    public string? AffiliationStatus { get; init; }

    /// <summary><c>ownership_verification.status</c> of the object.</summary>
    public string? OwnershipStatus { get; init; }

    /// <summary><c>total_pending_invitations</c> of the object.</summary>
    public long? TotalPendingInvitations { get; init; }

    /// <summary><c>total_pending_suggestions</c> of the object.</summary>
    public long? TotalPendingSuggestions { get; init; }

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
