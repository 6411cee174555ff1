namespace ClerkSync.Events;

/// <summary>Everything that happens to a domain of an organization. The id is <see cref="ClerkEvent.ObjectId"/>.</summary>
public abstract record OrganizationDomainEvent : ClerkEvent
{
    private protected OrganizationDomainEvent()
    {
    }
}

/// <summary>A domain of an organization was created or changed: take this to keep a copy up to date.</summary>
public abstract record OrganizationDomainChanged : OrganizationDomainEvent
{
    private protected OrganizationDomainChanged()
    {
    }

    /// <summary>The whole domain of an organization as it was at that moment.</summary>
    public required OrganizationDomain Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>organizationDomain.created</c>: a domain of an organization was created.</summary>
public sealed record OrganizationDomainCreated : OrganizationDomainChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationDomainCreated;
}

/// <summary><c>organizationDomain.updated</c>: a domain of an organization was changed.</summary>
public sealed record OrganizationDomainUpdated : OrganizationDomainChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationDomainUpdated;
}

/// <summary><c>organizationDomain.deleted</c>: a domain of an organization was deleted.</summary>
public sealed record OrganizationDomainDeleted : OrganizationDomainEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationDomainDeleted;

    /// <summary>The id, and little more.</summary>
    public required DeletedObject Data { get; init; }

    internal override ClerkResource Resource => Data;
}
