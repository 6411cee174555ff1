using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>A social sign-in of a user. Google and Facebook come in two shapes; <see cref="IdentificationId"/> is the same in both.</summary>
public sealed record ExternalAccount : ClerkObject
{
    /// <summary><c>eac_…</c>; in the older shape of Google and Facebook <c>idn_…</c>. See <see cref="AccountId"/>.</summary>
    public string? Id { get; set; }

    /// <summary><c>external_account</c>, or <c>google_account</c> and <c>facebook_account</c> in the older shape.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>eac_…</c>, in the older shape only.</summary>
    public string? ExternalAccountId { get; set; }

    /// <summary><c>idn_…</c>, the same in both shapes: the key to store it by.</summary>
    public string? IdentificationId { get; set; }

    /// <summary><c>oauth_google</c>, <c>oauth_github</c>, <c>oauth_custom_…</c></summary>
    public string? Provider { get; set; }

    /// <summary>The user's id at the provider.</summary>
    public string? ProviderUserId { get; set; }

    /// <summary>What the user allowed, separated by spaces.</summary>
    public string? ApprovedScopes { get; set; }

    /// <summary>The address at the provider; may be empty.</summary>
    public string? EmailAddress { get; set; }

    /// <summary>Whether the provider had verified it at creation; null when unknown.</summary>
    public bool? EmailAddressVerified { get; set; }

    /// <summary>May be empty.</summary>
    public string? FirstName { get; set; }

    /// <summary>May be empty.</summary>
    public string? LastName { get; set; }

    /// <summary>Deprecated by Clerk in favour of <see cref="ImageUrl"/>.</summary>
    public string? AvatarUrl { get; set; }

    /// <summary>The picture; null when there is none.</summary>
    public string? ImageUrl { get; set; }

    /// <summary>The name at the provider; null where it has none.</summary>
    public string? Username { get; set; }

    /// <summary>The number at the provider; null where it sent none.</summary>
    public string? PhoneNumber { get; set; }

    /// <summary>Free JSON.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>What the user calls the account; null when not named.</summary>
    public string? Label { get; set; }

    /// <summary>How the account was proven; null when never tried.</summary>
    public Verification? Verification { get; set; }

    /// <summary>When it was connected.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>The id at Google, in the older shape only.</summary>
    public string? GoogleId { get; set; }

    /// <summary>In the older shape of Google only.</summary>
    public string? GivenName { get; set; }

    /// <summary>In the older shape of Google only.</summary>
    public string? FamilyName { get; set; }

    /// <summary>In the older shape of Google only.</summary>
    public string? Picture { get; set; }

    /// <summary>The id of the account, <c>eac_…</c>, in both shapes.</summary>
    [JsonIgnore]
    public string? AccountId => ExternalAccountId ?? Id;
}

/// <summary>A single sign-on account of a user.</summary>
public sealed record EnterpriseAccount : ClerkObject
{
    /// <summary>Id of the identification.</summary>
    public string? Id { get; set; }

    /// <summary><c>enterprise_account</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>oauth</c> or <c>saml</c>.</summary>
    public string? Protocol { get; set; }

    /// <summary><c>saml_okta</c>, <c>saml_google</c>, <c>saml_microsoft</c>, <c>saml_custom</c>, <c>oauth_custom_…</c></summary>
    public string? Provider { get; set; }

    /// <summary>Whether the account is in use.</summary>
    public bool? Active { get; set; }

    /// <summary>The address at the provider.</summary>
    public string? EmailAddress { get; set; }

    /// <summary>Null when the provider sent none.</summary>
    public string? FirstName { get; set; }

    /// <summary>Null when the provider sent none.</summary>
    public string? LastName { get; set; }

    /// <summary>The user's id at the provider; null when it sent none.</summary>
    public string? ProviderUserId { get; set; }

    /// <summary>Id of <see cref="EnterpriseConnection"/>.</summary>
    public string? EnterpriseConnectionId { get; set; }

    /// <summary>Free JSON.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>How the account was proven; null when never tried.</summary>
    public Verification? Verification { get; set; }

    /// <summary>The connection it came through.</summary>
    public EnterpriseConnection? EnterpriseConnection { get; set; }

    /// <summary>Null when never used.</summary>
    public DateTimeOffset? LastAuthenticatedAt { get; set; }
}

/// <summary>The older form of <see cref="EnterpriseAccount"/>.</summary>
public sealed record SamlAccount : ClerkObject
{
    /// <summary>Id of the identification.</summary>
    public string? Id { get; set; }

    /// <summary><c>saml_account</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>saml_okta</c>, <c>saml_google</c>, <c>saml_microsoft</c>, <c>saml_custom</c></summary>
    public string? Provider { get; set; }

    /// <summary>Whether the account is in use.</summary>
    public bool? Active { get; set; }

    /// <summary>The address at the provider.</summary>
    public string? EmailAddress { get; set; }

    /// <summary>Null when the provider sent none.</summary>
    public string? FirstName { get; set; }

    /// <summary>Null when the provider sent none.</summary>
    public string? LastName { get; set; }

    /// <summary>The user's id at the provider; null when it sent none.</summary>
    public string? ProviderUserId { get; set; }

    /// <summary>Free JSON.</summary>
    public JsonElement? PublicMetadata { get; set; }

    /// <summary>How the account was proven; null when never tried.</summary>
    public Verification? Verification { get; set; }

    /// <summary>The connection it came through.</summary>
    public SamlConnection? SamlConnection { get; set; }

    /// <summary>Null when never used.</summary>
    public DateTimeOffset? LastAuthenticatedAt { get; set; }
}

/// <summary>A company's single sign-on, as it stands on an account.</summary>
public sealed record EnterpriseConnection : ClerkObject
{
    /// <summary>Id of the connection.</summary>
    public string? Id { get; set; }

    /// <summary>Its name.</summary>
    public string? Name { get; set; }

    /// <summary>See the account.</summary>
    public string? Provider { get; set; }

    /// <summary><c>oauth</c> or <c>saml</c>.</summary>
    public string? Protocol { get; set; }

    /// <summary>Null when it has no logo.</summary>
    public string? LogoPublicUrl { get; set; }

    /// <summary>Deprecated by Clerk in favour of <see cref="Domains"/>.</summary>
    public string? Domain { get; set; }

    /// <summary>Domains whose users sign in through the connection; empty in older bodies, see <see cref="Domain"/>.</summary>
    public IReadOnlyList<string> Domains { get; set; } = [];

    /// <summary>Whether the connection is switched on.</summary>
    public bool? Active { get; set; }

    /// <summary>Whether names and the like are taken over at every sign-in.</summary>
    public bool? SyncUserAttributes { get; set; }

    /// <summary>Whether subdomains of the domains count.</summary>
    public bool? AllowSubdomains { get; set; }

    /// <summary>Whether the provider may start the sign-in.</summary>
    public bool? AllowIdpInitiated { get; set; }

    /// <summary>Whether its users may add no other addresses.</summary>
    public bool? DisableAdditionalIdentifications { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>The older form of <see cref="EnterpriseConnection"/>.</summary>
public sealed record SamlConnection : ClerkObject
{
    /// <summary>Id of the connection.</summary>
    public string? Id { get; set; }

    /// <summary>Its name.</summary>
    public string? Name { get; set; }

    /// <summary>See the account.</summary>
    public string? Provider { get; set; }

    /// <summary>Deprecated by Clerk in favour of <see cref="Domains"/>.</summary>
    public string? Domain { get; set; }

    /// <summary>Domains whose users sign in through the connection; empty in older bodies, see <see cref="Domain"/>.</summary>
    public IReadOnlyList<string> Domains { get; set; } = [];

    /// <summary>Whether the connection is switched on.</summary>
    public bool? Active { get; set; }

    /// <summary>Whether names and the like are taken over at every sign-in.</summary>
    public bool? SyncUserAttributes { get; set; }

    /// <summary>Whether subdomains of the domains count.</summary>
    public bool? AllowSubdomains { get; set; }

    /// <summary>Whether the provider may start the sign-in.</summary>
    public bool? AllowIdpInitiated { get; set; }

    /// <summary>Whether its users may add no other addresses.</summary>
    public bool? DisableAdditionalIdentifications { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}
