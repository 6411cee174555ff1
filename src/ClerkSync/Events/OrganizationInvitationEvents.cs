namespace ClerkSync.Events;

/// <summary>Everything that happens to an invitation into an organization.</summary>
public abstract record OrganizationInvitationEvent : ClerkEvent
{
    private protected OrganizationInvitationEvent()
    {
    }

    /// <summary>The whole invitation as it was at that moment.</summary>
    public required OrganizationInvitation Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>organizationInvitation.created</c>: somebody was invited.</summary>
public sealed record OrganizationInvitationCreated : OrganizationInvitationEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationInvitationCreated;
}

/// <summary><c>organizationInvitation.accepted</c>: the person joined; see <see cref="OrganizationInvitation.AcceptedByUserId"/>.</summary>
public sealed record OrganizationInvitationAccepted : OrganizationInvitationEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationInvitationAccepted;
}

/// <summary><c>organizationInvitation.revoked</c>: the invitation was taken back.</summary>
public sealed record OrganizationInvitationRevoked : OrganizationInvitationEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationInvitationRevoked;
}
