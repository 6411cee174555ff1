namespace ClerkSync.Events;

/// <summary>Everything that happens to a role. The id is <see cref="ClerkEvent.ObjectId"/>.</summary>
public abstract record RoleEvent : ClerkEvent
{
    private protected RoleEvent()
    {
    }
}

/// <summary>A role was created or changed: take this to keep a copy up to date.</summary>
public abstract record RoleChanged : RoleEvent
{
    private protected RoleChanged()
    {
    }

    /// <summary>The whole role as it was at that moment.</summary>
    public required Role Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>role.created</c>: a role was created.</summary>
public sealed record RoleCreated : RoleChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.RoleCreated;
}

/// <summary><c>role.updated</c>: a role was changed.</summary>
public sealed record RoleUpdated : RoleChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.RoleUpdated;
}

/// <summary><c>role.deleted</c>: a role was deleted.</summary>
public sealed record RoleDeleted : RoleEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.RoleDeleted;

    /// <summary>Only the id in Clerk's specification, the whole role in its JavaScript types: expect both.</summary>
    public required Role Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary>Everything that happens to a permission. The id is <see cref="ClerkEvent.ObjectId"/>.</summary>
public abstract record PermissionEvent : ClerkEvent
{
    private protected PermissionEvent()
    {
    }
}

/// <summary>A permission was created or changed: take this to keep a copy up to date.</summary>
public abstract record PermissionChanged : PermissionEvent
{
    private protected PermissionChanged()
    {
    }

    /// <summary>The whole permission as it was at that moment.</summary>
    public required Permission Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>permission.created</c>: a permission was created.</summary>
public sealed record PermissionCreated : PermissionChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.PermissionCreated;
}

/// <summary><c>permission.updated</c>: a permission was changed.</summary>
public sealed record PermissionUpdated : PermissionChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.PermissionUpdated;
}

/// <summary><c>permission.deleted</c>: a permission was deleted.</summary>
public sealed record PermissionDeleted : PermissionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.PermissionDeleted;

    /// <summary>Only the id in Clerk's specification, the whole permission in its JavaScript types: expect both.</summary>
    public required Permission Data { get; init; }

    internal override ClerkResource Resource => Data;
}
