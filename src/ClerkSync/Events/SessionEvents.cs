namespace ClerkSync.Events;

/// <summary>Everything that happens to a session.</summary>
public abstract record SessionEvent : ClerkEvent
{
    private protected SessionEvent()
    {
    }

    /// <summary>The whole session as it was at that moment, with the user.</summary>
    public required Session Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>session.created</c>: a user signed in.</summary>
public sealed record SessionCreated : SessionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SessionCreated;
}

/// <summary><c>session.pending</c>: a user signed in and has to do something before the session is active.</summary>
public sealed record SessionPending : SessionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SessionPending;
}

/// <summary><c>session.ended</c>: the user signed out.</summary>
public sealed record SessionEnded : SessionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SessionEnded;
}

/// <summary><c>session.removed</c>: the user signed out of one of several accounts on a device.</summary>
public sealed record SessionRemoved : SessionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SessionRemoved;
}

/// <summary><c>session.revoked</c>: an administrator, another device or a ban ended the session.</summary>
public sealed record SessionRevoked : SessionEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SessionRevoked;
}
