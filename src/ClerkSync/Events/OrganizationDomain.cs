using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>A domain whose people may join an organization. <c>Id</c> is <c>orgdmn_…</c> or <c>orgdm_…</c>.</summary>
public sealed record OrganizationDomain : ClerkResource
{
    /// <summary><c>organization_domain</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>org_…</c></summary>
    public string? OrganizationId { get; set; }

    /// <summary>The domain, for example <c>example.com</c>.</summary>
    public string? Name { get; set; }

    /// <summary><c>manual_invitation</c>, <c>automatic_invitation</c>, <c>automatic_suggestion</c>, <c>enterprise_sso</c>; more may come.</summary>
    public string? EnrollmentMode { get; set; }

    /// <summary>Where the proof of affiliation was sent; null when never tried.</summary>
    public string? AffiliationEmailAddress { get; set; }

    /// <summary>Proof that somebody of the domain belongs to the organization; null when never tried.</summary>
    public OrganizationDomainVerification? AffiliationVerification { get; set; }

    /// <summary>Proof that the organization owns the domain; null when never tried.</summary>
    public OrganizationDomainVerification? OwnershipVerification { get; set; }

    /// <summary>Deprecated by Clerk in favour of <see cref="AffiliationVerification"/>.</summary>
    public OrganizationDomainVerification? Verification { get; set; }

    /// <summary>Number of open invitations through the domain.</summary>
    public long? TotalPendingInvitations { get; set; }

    /// <summary>Number of open suggestions through the domain.</summary>
    public long? TotalPendingSuggestions { get; set; }

    /// <summary>The organization.</summary>
    public PublicOrganizationData? PublicOrganizationData { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>The last attempt to prove a domain.</summary>
public sealed record OrganizationDomainVerification : ClerkObject
{
    /// <summary><c>unverified</c>, <c>verified</c>, <c>failed</c>, <c>expired</c>; more may come.</summary>
    public string? Status { get; set; }

    /// <summary>For example <c>affiliation_email_code</c>.</summary>
    public string? Strategy { get; set; }

    /// <summary>Number of tries; null where they are not counted.</summary>
    public long? Attempts { get; set; }

    /// <summary>Null where the attempt does not expire.</summary>
    public DateTimeOffset? ExpireAt { get; set; }

    /// <summary>What Clerk's JavaScript types call <see cref="ExpireAt"/>; not seen in webhooks.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Of ownership only; null when not verified.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }
}
