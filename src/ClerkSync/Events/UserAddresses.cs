using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>One e-mail address of a user.</summary>
public sealed record EmailAddress : ClerkObject
{
    /// <summary><c>idn_…</c>, stable while it stays on the user. Null where Clerk sent none.</summary>
    public string? Id { get; set; }

    /// <summary><c>email_address</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>The address as it was entered; compare without regard to case.</summary>
    [JsonPropertyName("email_address")]
    public string? Address { get; set; }

    /// <summary>Whether it is only held for a sign-up that is not complete.</summary>
    public bool? Reserved { get; set; }

    /// <summary>The last attempt to verify it; null when never tried.</summary>
    public Verification? Verification { get; set; }

    /// <summary>Accounts that brought this address along.</summary>
    public IReadOnlyList<LinkedIdentity> LinkedTo { get; set; } = [];

    /// <summary>Whether its domain belongs to an active single sign-on connection. Null in older bodies.</summary>
    public bool? MatchesSsoConnection { get; set; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>Whether the address is proven to belong to the user.</summary>
    [JsonIgnore]
    public bool IsVerified => string.Equals(Verification?.Status, "verified", StringComparison.Ordinal);
}

/// <summary>One phone number of a user.</summary>
public sealed record PhoneNumber : ClerkObject
{
    /// <summary><c>idn_…</c>, stable while it stays on the user. Null where Clerk sent none.</summary>
    public string? Id { get; set; }

    /// <summary><c>phone_number</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>The number in E.164 form, with <c>+</c>.</summary>
    [JsonPropertyName("phone_number")]
    public string? Number { get; set; }

    /// <summary>Whether it serves as a second factor.</summary>
    public bool? ReservedForSecondFactor { get; set; }

    /// <summary>Whether it is the second factor that is offered first.</summary>
    public bool? DefaultSecondFactor { get; set; }

    /// <summary>Whether it is only held for a sign-up that is not complete.</summary>
    public bool? Reserved { get; set; }

    /// <summary>The last attempt to verify it; null when never tried.</summary>
    public Verification? Verification { get; set; }

    /// <summary>Accounts that brought this number along.</summary>
    public IReadOnlyList<LinkedIdentity> LinkedTo { get; set; } = [];

    /// <summary>One-time codes: a secret, never store them. Empty in practice.</summary>
    public IReadOnlyList<string> BackupCodes { get; set; } = [];

    /// <summary>When it was added.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>Whether the number is proven to belong to the user.</summary>
    [JsonIgnore]
    public bool IsVerified => string.Equals(Verification?.Status, "verified", StringComparison.Ordinal);
}

/// <summary>One wallet of a user.</summary>
public sealed record Web3Wallet : ClerkObject
{
    /// <summary><c>idn_…</c>, stable while it stays on the user. Null where Clerk sent none.</summary>
    public string? Id { get; set; }

    /// <summary><c>web3_wallet</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>The address of the wallet.</summary>
    [JsonPropertyName("web3_wallet")]
    public string? Address { get; set; }

    /// <summary>The last attempt to verify it, with nonce and message; null when never tried.</summary>
    public Verification? Verification { get; set; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>One passkey of a user. Clerk sends no time of creation or change.</summary>
public sealed record Passkey : ClerkObject
{
    /// <summary><c>idn_…</c>, stable while it stays on the user. Null where Clerk sent none.</summary>
    public string? Id { get; set; }

    /// <summary><c>passkey</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>What the user or the device calls it.</summary>
    public string? Name { get; set; }

    /// <summary>Null when never used.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>The registration; null when never completed.</summary>
    public Verification? Verification { get; set; }
}

/// <summary>The account that brought an address or number along.</summary>
public sealed record LinkedIdentity : ClerkObject
{
    /// <summary><c>oauth_google</c>, <c>saml</c>, ….</summary>
    public string? Type { get; set; }

    /// <summary><c>idn_…</c> of the account.</summary>
    public string? Id { get; set; }
}

/// <summary>The last attempt to prove that something belongs to a user.</summary>
public sealed record Verification : ClerkObject
{
    /// <summary><c>verification_otp</c>, <c>verification_admin</c>, <c>verification_from_oauth</c>, <c>verification_saml</c>, …; null in older bodies.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>unverified</c>, <c>verified</c>, <c>failed</c>, <c>expired</c>, <c>transferable</c>; more may come.</summary>
    public string? Status { get; set; }

    /// <summary><c>email_code</c>, <c>phone_code</c>, <c>admin</c>, <c>ticket</c>, <c>oauth_google</c>, <c>web3_metamask_signature</c>, …</summary>
    public string? Strategy { get; set; }

    /// <summary>Number of tries; null where they are not counted.</summary>
    public long? Attempts { get; set; }

    /// <summary>Null where the attempt does not expire.</summary>
    public DateTimeOffset? ExpireAt { get; set; }

    /// <summary>Id of the client on which it was verified; null when unknown.</summary>
    public string? VerifiedAtClient { get; set; }

    /// <summary>Of a phone code: <c>sms</c>, <c>whatsapp</c>, …</summary>
    public string? Channel { get; set; }

    /// <summary>Of wallets and passkeys: what had to be signed.</summary>
    public string? Nonce { get; set; }

    /// <summary>Of wallets: the text that had to be signed.</summary>
    public string? Message { get; set; }

    /// <summary>Of OAuth and SAML: where the user was sent.</summary>
    public string? ExternalVerificationRedirectUrl { get; set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public VerificationError? Error { get; set; }
}

/// <summary>Why a verification failed.</summary>
public sealed record VerificationError : ClerkObject
{
    /// <summary>Short text.</summary>
    public string? Message { get; set; }

    /// <summary>Long text.</summary>
    public string? LongMessage { get; set; }

    /// <summary>Code of the error, for programs.</summary>
    public string? Code { get; set; }

    /// <summary>More about it, free JSON.</summary>
    public JsonElement? Meta { get; set; }
}
