namespace ClerkSync.Events;

/// <summary>Everything that happens to a membership of a user in an organization.</summary>
public abstract record OrganizationMembershipEvent : ClerkEvent
{
    private protected OrganizationMembershipEvent()
    {
    }

    /// <summary>The whole membership as it was at that moment; on deletion, as it was last.</summary>
    public required OrganizationMembership Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary>A membership was created or changed: take this to keep a copy up to date.</summary>
public abstract record OrganizationMembershipChanged : OrganizationMembershipEvent
{
    private protected OrganizationMembershipChanged()
    {
    }
}

/// <summary><c>organizationMembership.created</c>: a user joined an organization.</summary>
public sealed record OrganizationMembershipCreated : OrganizationMembershipChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationMembershipCreated;
}

/// <summary><c>organizationMembership.updated</c>: role or metadata of a membership were changed.</summary>
public sealed record OrganizationMembershipUpdated : OrganizationMembershipChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationMembershipUpdated;
}

/// <summary><c>organizationMembership.deleted</c>: a user left an organization or was removed. Carries the whole membership; delete by its id only, the user may have joined again.</summary>
public sealed record OrganizationMembershipDeleted : OrganizationMembershipEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationMembershipDeleted;
}
