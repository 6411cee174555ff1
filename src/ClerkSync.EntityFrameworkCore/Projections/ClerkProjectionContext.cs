namespace ClerkSync.EntityFrameworkCore;

/// <summary>What a projection knows beside the object while it writes a row.</summary>
public sealed class ClerkProjectionContext
{
    internal ClerkProjectionContext(string objectId, DateTimeOffset now, IServiceProvider services) => (ObjectId, Now, Services) = (objectId, now, services);

    /// <summary>Clerk's id of the object.</summary>
    public string ObjectId { get; }

    /// <summary>The time in UTC, by the application's <see cref="TimeProvider"/>.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Services of the scope that the context which saves the row comes from.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>What is known of an object that was deleted. Of the object itself only the id remains.</summary>
public sealed class ClerkDeletion
{
    internal ClerkDeletion(string objectId, DateTimeOffset deletedAt) => (ObjectId, DeletedAt) = (objectId, deletedAt);

    /// <summary>Clerk's id of the object.</summary>
    public string ObjectId { get; }

    /// <summary>When it was deleted, in UTC: the time of Clerk's event, of the parent's deletion, or of the comparison that found it missing.</summary>
    public DateTimeOffset DeletedAt { get; }
}
