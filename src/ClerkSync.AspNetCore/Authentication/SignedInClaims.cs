using System.Security.Claims;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Claims of the identity that is signed in. What an identity says that nobody has authenticated counts for nothing; and all is read from one, because a role of one user is none of another.
/// </summary>
internal static class SignedInClaims
{
    public static string? Find(ClaimsPrincipal user, string type) => IdentityOf(user)?.FindFirst(type)?.Value;

    public static bool Has(ClaimsPrincipal user, string type, string value) => IdentityOf(user)?.HasClaim(type, value) == true;

    /// <summary>The user's id: of a claim that the application names, or <c>sub</c>, else the name identifier.</summary>
    public static string? FindUserId(ClaimsPrincipal user, string? claimType) =>
        claimType is null ? Find(user, ClerkClaimTypes.UserId) ?? Find(user, ClaimTypes.NameIdentifier) : With(user, claimType)?.FindFirst(claimType)?.Value;

    private static ClaimsIdentity? IdentityOf(ClaimsPrincipal user) => With(user, ClerkClaimTypes.UserId) ?? With(user, ClaimTypes.NameIdentifier);

    private static ClaimsIdentity? With(ClaimsPrincipal user, string type)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Identities.FirstOrDefault(i => i.IsAuthenticated && i.HasClaim(c => c.Type == type));
    }
}
