namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>permissions</c>. One row for each permission of the instance.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredPermission
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary><c>name</c> of the object.</summary>
    public string? Name { get; init; }

    /// <summary><c>key</c> of the object.</summary>
    public string? Key { get; init; }

    /// <summary><c>description</c> of the object.</summary>
    public string? Description { get; init; }

    /// <summary><c>type</c> of the object.</summary>
    public string? Type { get; init; }

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
