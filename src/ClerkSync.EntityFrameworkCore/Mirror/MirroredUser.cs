namespace ClerkSync.EntityFrameworkCore;

/// <summary>A living row of the mirror table <c>users</c>. One row for each user of the instance.</summary>
/// <remarks>Read-only. A property is null where the object has no such value.</remarks>
public sealed class MirroredUser
{
    /// <summary>Clerk's id.</summary>
    public required string Id { get; init; }

    /// <summary>The address whose id is <c>primary_email_address_id</c>.</summary>
    public string? PrimaryEmailAddress { get; init; }

    /// <summary>The number whose id is <c>primary_phone_number_id</c>.</summary>
    public string? PrimaryPhoneNumber { get; init; }

    /// <summary>The wallet whose id is <c>primary_web3_wallet_id</c>.</summary>
    public string? PrimaryWeb3Wallet { get; init; }

    /// <summary>First and last name with a space between, or whichever is there.</summary>
    public string? FullName { get; init; }

    /// <summary>All e-mail addresses in lower case, sorted.</summary>
    public IReadOnlyList<string>? EmailAddresses { get; init; }

    /// <summary>All phone numbers, sorted.</summary>
    public IReadOnlyList<string>? PhoneNumbers { get; init; }

    /// <summary><c>external_id</c> of the object.</summary>
    public string? ExternalId { get; init; }

    /// <summary><c>primary_email_address_id</c> of the object.</summary>
    public string? PrimaryEmailAddressId { get; init; }

    /// <summary><c>primary_phone_number_id</c> of the object.</summary>
    public string? PrimaryPhoneNumberId { get; init; }

    /// <summary><c>primary_web3_wallet_id</c> of the object.</summary>
    public string? PrimaryWeb3WalletId { get; init; }

    /// <summary><c>username</c> of the object.</summary>
    public string? Username { get; init; }

    /// <summary><c>first_name</c> of the object.</summary>
    public string? FirstName { get; init; }

    /// <summary><c>last_name</c> of the object.</summary>
    public string? LastName { get; init; }

    /// <summary><c>locale</c> of the object.</summary>
    public string? Locale { get; init; }

    /// <summary><c>image_url</c> of the object.</summary>
    public string? ImageUrl { get; init; }

    /// <summary><c>has_image</c> of the object.</summary>
    public bool? HasImage { get; init; }

    /// <summary><c>public_metadata</c> of the object. A JSON document.</summary>
    public string? PublicMetadata { get; init; }

    /// <summary><c>private_metadata</c> of the object. A JSON document.</summary>
    public string? PrivateMetadata { get; init; }

    /// <summary><c>unsafe_metadata</c> of the object. A JSON document.</summary>
    public string? UnsafeMetadata { get; init; }

    /// <summary><c>password_enabled</c> of the object.</summary>
    public bool? PasswordEnabled { get; init; }

    /// <summary><c>two_factor_enabled</c> of the object.</summary>
    public bool? TwoFactorEnabled { get; init; }

    /// <summary><c>totp_enabled</c> of the object.</summary>
    public bool? TotpEnabled { get; init; }

    /// <summary><c>backup_code_enabled</c> of the object.</summary>
    public bool? BackupCodeEnabled { get; init; }

    /// <summary><c>banned</c> of the object.</summary>
    public bool? Banned { get; init; }

    /// <summary><c>locked</c> of the object.</summary>
    public bool? Locked { get; init; }

    /// <summary><c>lockout_expires_in_seconds</c> of the object.</summary>
    public long? LockoutExpiresInSeconds { get; init; }

    /// <summary><c>verification_attempts_remaining</c> of the object.</summary>
    public long? VerificationAttemptsRemaining { get; init; }

    /// <summary><c>deprovisioned</c> of the object.</summary>
    public bool? Deprovisioned { get; init; }

    /// <summary><c>scim.directory_id</c> of the object.</summary>
    public string? ScimDirectoryId { get; init; }

    /// <summary><c>scim.external_id</c> of the object.</summary>
    public string? ScimExternalId { get; init; }

    /// <summary><c>bypass_client_trust</c> of the object.</summary>
    public bool? BypassClientTrust { get; init; }

    /// <summary><c>delete_self_enabled</c> of the object.</summary>
    public bool? DeleteSelfEnabled { get; init; }

    /// <summary><c>create_organization_enabled</c> of the object.</summary>
    public bool? CreateOrganizationEnabled { get; init; }

    /// <summary><c>create_organizations_limit</c> of the object.</summary>
    public long? CreateOrganizationsLimit { get; init; }

    /// <summary><c>password_last_updated_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? PasswordLastUpdatedAt { get; init; }

    /// <summary><c>mfa_enabled_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? MfaEnabledAt { get; init; }

    /// <summary><c>mfa_disabled_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? MfaDisabledAt { get; init; }

    /// <summary><c>legal_accepted_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? LegalAcceptedAt { get; init; }

    /// <summary><c>last_sign_in_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? LastSignInAt { get; init; }

    /// <summary><c>last_active_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? LastActiveAt { get; init; }

    /// <summary><c>created_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary><c>updated_at</c> of the object. In UTC, to the millisecond.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The whole object as Clerk sent it, without its secrets. A JSON document.</summary>
    public string? Data { get; init; }

    /// <summary>The Clerk instance that it came from.</summary>
    public string? InstanceId { get; init; }

    /// <summary>When the row was written last, by the clock of the server that wrote it. In UTC, to the millisecond.</summary>
    public DateTimeOffset? SyncedAt { get; init; }
}
