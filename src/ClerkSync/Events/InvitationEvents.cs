namespace ClerkSync.Events;

/// <summary>Everything that happens to an invitation to the application. Not in Clerk's specification: do not depend on it.</summary>
public abstract record InvitationEvent : ClerkEvent
{
    private protected InvitationEvent()
    {
    }

    /// <summary>The whole invitation as it was at that moment.</summary>
    public required Invitation Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>invitation.created</c>: somebody was invited.</summary>
public sealed record InvitationCreated : InvitationEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.InvitationCreated;
}

/// <summary><c>invitation.accepted</c>: the person signed up.</summary>
public sealed record InvitationAccepted : InvitationEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.InvitationAccepted;
}

/// <summary><c>invitation.revoked</c>: the invitation was taken back.</summary>
public sealed record InvitationRevoked : InvitationEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.InvitationRevoked;
}

/// <summary>Everything that happens to an entry of the waitlist.</summary>
public abstract record WaitlistEntryEvent : ClerkEvent
{
    private protected WaitlistEntryEvent()
    {
    }

    /// <summary>The whole entry as it was at that moment.</summary>
    public required WaitlistEntry Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>waitlistEntry.created</c>: somebody joined the waitlist.</summary>
public sealed record WaitlistEntryCreated : WaitlistEntryEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.WaitlistEntryCreated;
}

/// <summary><c>waitlistEntry.updated</c>: the entry was changed, for example invited or rejected.</summary>
public sealed record WaitlistEntryUpdated : WaitlistEntryEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.WaitlistEntryUpdated;
}
