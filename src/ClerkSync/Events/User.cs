using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>A person who signed up, with all addresses and accounts. <c>Id</c> is <c>user_…</c>.</summary>
public sealed record User : ClerkResource
{
    /// <summary><c>user</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Your own id for the user, unique per instance; null when none was set.</summary>
    public string? ExternalId { get; set; }

    /// <summary><c>idn_…</c> of one entry of <see cref="EmailAddresses"/>; null when the user has no e-mail address.</summary>
    public string? PrimaryEmailAddressId { get; set; }

    /// <summary><c>idn_…</c> of one entry of <see cref="PhoneNumbers"/>; null when the user has no phone number.</summary>
    public string? PrimaryPhoneNumberId { get; set; }

    /// <summary><c>idn_…</c> of one entry of <see cref="Web3Wallets"/>; null when the user has no wallet.</summary>
    public string? PrimaryWeb3WalletId { get; set; }

    /// <summary>Unique per instance where usernames are enabled; otherwise null.</summary>
    public string? Username { get; set; }

    /// <summary>Null when not given.</summary>
    public string? FirstName { get; set; }

    /// <summary>Null when not given.</summary>
    public string? LastName { get; set; }

    /// <summary>BCP 47 tag, for example <c>sv-SE</c>; null when unknown, and in older bodies.</summary>
    public string? Locale { get; set; }

    /// <summary>Deprecated by Clerk in favour of <see cref="ImageUrl"/>.</summary>
    public string? ProfileImageUrl { get; set; }

    /// <summary>Address of the picture; Clerk generates one when <see cref="HasImage"/> is false.</summary>
    public string? ImageUrl { get; set; }

    /// <summary>Whether the user uploaded or imported a picture.</summary>
    public bool? HasImage { get; set; }

    /// <summary>Free JSON that browsers may read and only your server may write.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>Free JSON that only your server may read and write.</summary>
    public JsonElement? PrivateMetadata { get; set; }

    /// <summary>Free JSON that <b>the user</b> may write: never decide anything by it.</summary>
    public JsonElement? UnsafeMetadata { get; set; }

    /// <summary>All e-mail addresses; the order has no meaning, see <see cref="PrimaryEmailAddress"/>. May be empty.</summary>
    public IReadOnlyList<EmailAddress> EmailAddresses { get; set; } = [];

    /// <summary>All phone numbers; the order has no meaning. May be empty.</summary>
    public IReadOnlyList<PhoneNumber> PhoneNumbers { get; set; } = [];

    /// <summary>All wallets; the order has no meaning. May be empty.</summary>
    public IReadOnlyList<Web3Wallet> Web3Wallets { get; set; } = [];

    /// <summary>Passkeys registered for sign-in.</summary>
    public IReadOnlyList<Passkey> Passkeys { get; set; } = [];

    /// <summary>Social sign-ins, for example Google or GitHub.</summary>
    public IReadOnlyList<ExternalAccount> ExternalAccounts { get; set; } = [];

    /// <summary>Older view of <see cref="EnterpriseAccounts"/>.</summary>
    public IReadOnlyList<SamlAccount> SamlAccounts { get; set; } = [];

    /// <summary>Single sign-on accounts of companies.</summary>
    public IReadOnlyList<EnterpriseAccount> EnterpriseAccounts { get; set; } = [];

    /// <summary>Empty in the webhook bodies seen so far; follow the membership events instead.</summary>
    public IReadOnlyList<OrganizationMembership> OrganizationMemberships { get; set; } = [];

    /// <summary>Whether the user has a password.</summary>
    public bool? PasswordEnabled { get; set; }

    /// <summary>When the password was last set; null without one, and in older bodies.</summary>
    public DateTimeOffset? PasswordLastUpdatedAt { get; set; }

    /// <summary>Whether any second factor is on.</summary>
    public bool? TwoFactorEnabled { get; set; }

    /// <summary>Whether an authenticator app is registered.</summary>
    public bool? TotpEnabled { get; set; }

    /// <summary>Whether backup codes exist.</summary>
    public bool? BackupCodeEnabled { get; set; }

    /// <summary>Last time a second factor was switched on; stays after it is switched off.</summary>
    public DateTimeOffset? MfaEnabledAt { get; set; }

    /// <summary>Last time the second factor was switched off; stays after it is switched on again.</summary>
    public DateTimeOffset? MfaDisabledAt { get; set; }

    /// <summary>Null before the first sign-in, so in every <c>user.created</c>.</summary>
    public DateTimeOffset? LastSignInAt { get; set; }

    /// <summary>Documented by Clerk with the precision of a day; null when never active.</summary>
    public DateTimeOffset? LastActiveAt { get; set; }

    /// <summary>Whether an administrator banned the user; all sessions end and signing in is refused.</summary>
    public bool? Banned { get; set; }

    /// <summary>Whether too many failed attempts locked the account.</summary>
    public bool? Locked { get; set; }

    /// <summary><b>Seconds</b> left of the lock at the time of the event; null when not locked, or locked for good.</summary>
    public long? LockoutExpiresInSeconds { get; set; }

    /// <summary>Attempts left before the account locks; null when lockout is off.</summary>
    public long? VerificationAttemptsRemaining { get; set; }

    /// <summary>Whether a company directory (SCIM) switched the user off. Null in older bodies.</summary>
    public bool? Deprovisioned { get; set; }

    /// <summary>Where a company directory provisioned the user; null or absent otherwise, which proves nothing.</summary>
    public UserDirectory? Scim { get; set; }

    /// <summary>Whether checks of new devices are skipped.</summary>
    public bool? BypassClientTrust { get; set; }

    /// <summary>Whether the user must choose a new password. Seen in answers of the API only.</summary>
    public bool? RequiresPasswordReset { get; set; }

    /// <summary>Whether the user may delete the account.</summary>
    public bool? DeleteSelfEnabled { get; set; }

    /// <summary>Whether the user may create organizations.</summary>
    public bool? CreateOrganizationEnabled { get; set; }

    /// <summary>Number of organizations the user may create; 0 is unlimited, null the instance's default.</summary>
    public long? CreateOrganizationsLimit { get; set; }

    /// <summary>When the user accepted the legal documents; null when never asked.</summary>
    public DateTimeOffset? LegalAcceptedAt { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>
    /// The text of the primary e-mail address, found by <see cref="PrimaryEmailAddressId"/> and never by position.
    /// Null when the user has none: sign-ups by phone, username or wallet.
    /// </summary>
    [JsonIgnore]
    public string? PrimaryEmailAddress =>
        PrimaryEmailAddressId is { } id ? EmailAddresses.FirstOrDefault(e => string.Equals(e.Id, id, StringComparison.Ordinal))?.Address : null;

    /// <summary>The primary phone number in E.164 form, found by <see cref="PrimaryPhoneNumberId"/>. Null when the user has none.</summary>
    [JsonIgnore]
    public string? PrimaryPhoneNumber =>
        PrimaryPhoneNumberId is { } id ? PhoneNumbers.FirstOrDefault(p => string.Equals(p.Id, id, StringComparison.Ordinal))?.Number : null;

    /// <summary>The address of the primary wallet, found by <see cref="PrimaryWeb3WalletId"/>. Null when the user has none.</summary>
    [JsonIgnore]
    public string? PrimaryWeb3Wallet =>
        PrimaryWeb3WalletId is { } id ? Web3Wallets.FirstOrDefault(w => string.Equals(w.Id, id, StringComparison.Ordinal))?.Address : null;

    /// <summary>First and last name with one space between, without blanks at the ends. Null when both are missing or blank.</summary>
    [JsonIgnore]
    public string? FullName => $"{FirstName?.Trim()} {LastName?.Trim()}".Trim() is { Length: > 0 } name ? name : null;
}

/// <summary>The company directory that provisioned a user (SCIM).</summary>
public sealed record UserDirectory : ClerkObject
{
    /// <summary>Id of the directory.</summary>
    public string? DirectoryId { get; set; }

    /// <summary>Absent when the directory is switched off.</summary>
    public bool? DirectoryEnabled { get; set; }

    /// <summary>The directory's own id for the user; null when it sent none.</summary>
    public string? ExternalId { get; set; }
}
