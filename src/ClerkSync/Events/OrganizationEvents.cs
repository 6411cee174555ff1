namespace ClerkSync.Events;

/// <summary>Everything that happens to an organization. The id is <see cref="ClerkEvent.ObjectId"/>.</summary>
public abstract record OrganizationEvent : ClerkEvent
{
    private protected OrganizationEvent()
    {
    }
}

/// <summary>An organization was created or changed: take this to keep a copy up to date.</summary>
public abstract record OrganizationChanged : OrganizationEvent
{
    private protected OrganizationChanged()
    {
    }

    /// <summary>The whole organization as it was at that moment.</summary>
    public required Organization Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>organization.created</c>: an organization was created.</summary>
public sealed record OrganizationCreated : OrganizationChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationCreated;
}

/// <summary><c>organization.updated</c>: an organization was changed.</summary>
public sealed record OrganizationUpdated : OrganizationChanged
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationUpdated;
}

/// <summary><c>organization.deleted</c>: an organization was deleted.</summary>
public sealed record OrganizationDeleted : OrganizationEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.OrganizationDeleted;

    /// <summary>The id, and little more.</summary>
    public required DeletedObject Data { get; init; }

    internal override ClerkResource Resource => Data;
}
