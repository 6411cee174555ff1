namespace ClerkSync.Events;

/// <summary>Everything that happens to a user. The id is <see cref="ClerkEvent.ObjectId"/>.</summary>
public abstract record UserEvent : ClerkEvent
{
    private protected UserEvent()
    {
    }
}

/// <summary>A user was created or changed: take this to keep a copy up to date.</summary>
public abstract record UserChanged : UserEvent
{
    private protected UserChanged()
    {
    }

    /// <summary>The whole user as it was at that moment.</summary>
    public required User Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>user.created</c>: a user was created.</summary>
public sealed record UserCreated : UserChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.UserCreated;
}

/// <summary><c>user.updated</c>: a user was changed.</summary>
public sealed record UserUpdated : UserChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.UserUpdated;
}

/// <summary><c>user.deleted</c>: a user was deleted.</summary>
public sealed record UserDeleted : UserEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.UserDeleted;

    /// <summary>The id, and little more.</summary>
    public required DeletedObject Data { get; init; }

    internal override ClerkResource Resource => Data;
}
