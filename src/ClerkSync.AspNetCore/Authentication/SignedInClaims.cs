using System.Security.Claims;

namespace ClerkSync.AspNetCore;

/// <summary>Claims of identities that were authenticated: what an identity says that nobody has checked counts for nothing.</summary>
internal static class SignedInClaims
{
    public static string? Find(ClaimsPrincipal user, string type)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Identities(user).Select(i => i.FindFirst(type)?.Value).FirstOrDefault(v => v is not null);
    }

    public static bool Has(ClaimsPrincipal user, string type, string value) => Identities(user).Any(i => i.HasClaim(type, value));

    /// <summary>The user's id: of a claim that the application names, or <c>sub</c>, else the name identifier.</summary>
    public static string? FindUserId(ClaimsPrincipal user, string? claimType) =>
        claimType is null ? Find(user, ClerkClaimTypes.UserId) ?? Find(user, ClaimTypes.NameIdentifier) : Find(user, claimType);

    private static IEnumerable<ClaimsIdentity> Identities(ClaimsPrincipal user) => user.Identities.Where(i => i.IsAuthenticated);
}
