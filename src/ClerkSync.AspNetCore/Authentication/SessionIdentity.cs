using System.Security.Claims;
using System.Text.Json;

namespace ClerkSync.AspNetCore;

/// <summary>Makes the identity of a verified token: its claims under their own names, and the organization in one form for both versions.</summary>
internal static class SessionIdentity
{
    private const int CompactVersion = 2;

    // in a token of version 2 these names could only be custom claims, and those may repeat what a user wrote about themselves
    private static readonly string[] OrganizationNames =
        [ClerkClaimTypes.OrganizationId, ClerkClaimTypes.OrganizationSlug, ClerkClaimTypes.OrganizationRole, ClerkClaimTypes.OrganizationPermission];

    public static ClaimsIdentity Create(SessionToken token, string scheme, string issuer)
    {
        var identity = new ClaimsIdentity(scheme, ClerkClaimTypes.UserId, ClerkClaimTypes.OrganizationRole);
        var hasVersion = token.Claims.TryGetProperty("v", out var version) && version.ValueKind != JsonValueKind.Null;
        var isCompact = version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == CompactVersion;
        foreach (var claim in token.Claims.EnumerateObject())
        {
            if (!OrganizationNames.Contains(claim.Name, StringComparer.Ordinal))
                AddRaw(identity, claim.Name, claim.Value, issuer);
        }

        // the first version has no number; of one that is to come nothing is known
        if (!hasVersion)
            AddPlainOrganization(identity, token, issuer);
        else if (isCompact && token.Claims.TryGetProperty("o", out var organization) && organization.ValueKind == JsonValueKind.Object)
            AddCompactOrganization(identity, organization, token.Text(ClerkClaimTypes.Features), issuer);
        return identity;
    }

    public static string WithPrefix(string name) => name.StartsWith("org:", StringComparison.Ordinal) ? name : "org:" + name;

    /// <summary>The id of the one who acts as the user; null where the claim names nobody.</summary>
    public static string? ActorOf(JsonElement actor) => actor.ValueKind == JsonValueKind.Object && TextOf(actor, "sub") is { Length: > 0 } id ? id : null;

    private static void AddPlainOrganization(ClaimsIdentity identity, SessionToken token, string issuer)
    {
        if (token.Text(ClerkClaimTypes.OrganizationId) is not { Length: > 0 } id)
            return;
        AddText(identity, ClerkClaimTypes.OrganizationId, id, issuer);
        AddText(identity, ClerkClaimTypes.OrganizationSlug, token.Text(ClerkClaimTypes.OrganizationSlug), issuer);
        AddRole(identity, token.Text(ClerkClaimTypes.OrganizationRole), issuer);
        if (token.Claims.TryGetProperty(ClerkClaimTypes.OrganizationPermission, out var permissions) && permissions.ValueKind == JsonValueKind.Array)
        {
            foreach (var permission in permissions.EnumerateArray().Where(p => p.ValueKind == JsonValueKind.String).Take(CompactPermissions.Most))
                AddText(identity, ClerkClaimTypes.OrganizationPermission, SessionToken.IsText(permission, out var text) ? text : null, issuer);
        }
    }

    private static void AddCompactOrganization(ClaimsIdentity identity, JsonElement organization, string? features, string issuer)
    {
        if (TextOf(organization, "id") is not { Length: > 0 } id)
            return;
        AddText(identity, ClerkClaimTypes.OrganizationId, id, issuer);
        AddText(identity, ClerkClaimTypes.OrganizationSlug, TextOf(organization, "slg"), issuer);
        AddRole(identity, TextOf(organization, "rol"), issuer);
        foreach (var permission in CompactPermissions.Unpack(features, TextOf(organization, "per"), TextOf(organization, "fpm")))
            AddText(identity, ClerkClaimTypes.OrganizationPermission, permission, issuer);
    }

    private static void AddRole(ClaimsIdentity identity, string? role, string issuer) =>
        AddText(identity, ClerkClaimTypes.OrganizationRole, string.IsNullOrEmpty(role) ? null : WithPrefix(role), issuer);

    private static void AddText(ClaimsIdentity identity, string type, string? value, string issuer)
    {
        if (!string.IsNullOrEmpty(value))
            identity.AddClaim(new(type, value, ClaimValueTypes.String, issuer, issuer));
    }

    private static void AddRaw(ClaimsIdentity identity, string name, JsonElement value, string issuer)
    {
        var (text, type) = value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => (null, ""),
            JsonValueKind.String => (SessionToken.IsText(value, out var read) ? read : null, ClaimValueTypes.String),
            JsonValueKind.True => ("true", ClaimValueTypes.Boolean),
            JsonValueKind.False => ("false", ClaimValueTypes.Boolean),
            JsonValueKind.Number => (value.GetRawText(), value.TryGetInt64(out _) ? ClaimValueTypes.Integer64 : ClaimValueTypes.Double),
            _ => (value.GetRawText(), "JSON"),
        };
        if (text is not null)
            identity.AddClaim(new(name, text, type, issuer, issuer));
    }

    private static string? TextOf(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && SessionToken.IsText(value, out var text) ? text : null;
}
