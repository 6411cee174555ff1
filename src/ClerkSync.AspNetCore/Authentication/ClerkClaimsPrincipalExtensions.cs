using System.Text.Json;
using ClerkSync.AspNetCore;

namespace System.Security.Claims;

/// <summary>
/// What Clerk's session token says about the signed-in user. An identity that nobody has authenticated counts for nothing. Where a request has several, all of it is read from one: the first that has <c>sub</c>,
/// else the first with a name identifier.
/// </summary>
public static class ClerkClaimsPrincipalExtensions
{
    /// <summary>The user's id, <c>user_…</c>: the claim <c>sub</c>, else the name identifier.</summary>
    /// <param name="user">The user of the request.</param>
    /// <returns>The id; null when nobody is signed in.</returns>
    public static string? GetClerkUserId(this ClaimsPrincipal user) => SignedInClaims.FindUserId(user, claimType: null);

    /// <summary>The session's id, <c>sess_…</c>.</summary>
    /// <param name="user">The user of the request.</param>
    /// <returns>The id; null when nobody is signed in, or the token has none.</returns>
    public static string? GetClerkSessionId(this ClaimsPrincipal user) => SignedInClaims.Find(user, ClerkClaimTypes.SessionId);

    /// <summary>The id of the organization that is active in the session, <c>org_…</c>.</summary>
    /// <param name="user">The user of the request.</param>
    /// <returns>The id; null when none is active.</returns>
    public static string? GetClerkOrganizationId(this ClaimsPrincipal user) => SignedInClaims.Find(user, ClerkClaimTypes.OrganizationId);

    /// <summary>The slug of the active organization.</summary>
    /// <param name="user">The user of the request.</param>
    /// <returns>The slug; null when no organization is active, or it has none.</returns>
    public static string? GetClerkOrganizationSlug(this ClaimsPrincipal user) => SignedInClaims.Find(user, ClerkClaimTypes.OrganizationSlug);

    /// <summary>The user's role in the active organization, with its prefix: <c>org:admin</c>.</summary>
    /// <param name="user">The user of the request.</param>
    /// <returns>The role; null when no organization is active.</returns>
    public static string? GetClerkOrganizationRole(this ClaimsPrincipal user) => SignedInClaims.Find(user, ClerkClaimTypes.OrganizationRole);

    /// <summary>Who is signed in as this user, when it is somebody else.</summary>
    /// <param name="user">The user of the request.</param>
    /// <returns>The id of the one who impersonates; null when nobody does.</returns>
    public static string? GetClerkImpersonatorId(this ClaimsPrincipal user)
    {
        if (SignedInClaims.Find(user, ClerkClaimTypes.Actor) is not { } actor)
            return null;
        try
        {
            return SessionIdentity.ActorOf(JsonElement.Parse(actor));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the user has a permission in the active organization. Permissions of the system (<c>org:sys_…</c>) are not in session tokens: ask for the role, or make a permission of your own.</summary>
    /// <param name="user">The user of the request.</param>
    /// <param name="permission">The permission, <c>org:invoices:read</c>; the prefix may be left out.</param>
    /// <returns>Whether they have it; false when no organization is active.</returns>
    /// <exception cref="ArgumentException"><paramref name="permission"/> is empty.</exception>
    public static bool HasClerkPermission(this ClaimsPrincipal user, string permission)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(permission);
        return GetClerkOrganizationId(user) is not null && SignedInClaims.Has(user, ClerkClaimTypes.OrganizationPermission, SessionIdentity.WithPrefix(permission));
    }

    /// <summary>Whether the user has a role in the active organization.</summary>
    /// <param name="user">The user of the request.</param>
    /// <param name="role">The role, <c>org:admin</c>; the prefix may be left out.</param>
    /// <returns>Whether they have it; false when no organization is active.</returns>
    /// <exception cref="ArgumentException"><paramref name="role"/> is empty.</exception>
    public static bool HasClerkRole(this ClaimsPrincipal user, string role)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        return GetClerkOrganizationId(user) is not null && SignedInClaims.Has(user, ClerkClaimTypes.OrganizationRole, SessionIdentity.WithPrefix(role));
    }

    /// <summary>Whether the plan of the user or of the active organization has a feature.</summary>
    /// <param name="user">The user of the request.</param>
    /// <param name="feature">The slug of the feature, <c>dashboard</c>; with <c>o:</c> before it only the organization's, with <c>u:</c> only the user's.</param>
    /// <returns>Whether it has.</returns>
    /// <exception cref="ArgumentException"><paramref name="feature"/> is empty, or has a scope that is not known.</exception>
    public static bool HasClerkFeature(this ClaimsPrincipal user, string feature)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(feature);
        return ScopedNames.Contains(SignedInClaims.Find(user, ClerkClaimTypes.Features), feature);
    }

    /// <summary>Whether the user or the active organization has a plan.</summary>
    /// <param name="user">The user of the request.</param>
    /// <param name="plan">The slug of the plan, <c>pro</c>; with <c>o:</c> before it only the organization's, with <c>u:</c> only the user's.</param>
    /// <returns>Whether they have.</returns>
    /// <exception cref="ArgumentException"><paramref name="plan"/> is empty, or has a scope that is not known.</exception>
    public static bool HasClerkPlan(this ClaimsPrincipal user, string plan)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(plan);
        return ScopedNames.Contains(SignedInClaims.Find(user, ClerkClaimTypes.Plan), plan);
    }
}
