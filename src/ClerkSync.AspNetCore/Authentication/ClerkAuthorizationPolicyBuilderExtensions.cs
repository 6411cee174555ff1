using System.Security.Claims;
using ClerkSync.AspNetCore;

namespace Microsoft.AspNetCore.Authorization;

/// <summary>What a policy demands of Clerk's session token, for <c>[Authorize(Policy = …)]</c> and Razor Pages.</summary>
public static class ClerkAuthorizationPolicyBuilderExtensions
{
    /// <summary>Demands a permission in the active organization.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="permission">The permission, <c>org:invoices:read</c>.</param>
    /// <returns>The same policy.</returns>
    /// <exception cref="ArgumentException"><paramref name="permission"/> is empty.</exception>
    public static AuthorizationPolicyBuilder RequireClerkPermission(this AuthorizationPolicyBuilder policy, string permission) =>
        Add(policy, "permission", permission, static (user, name) => user.HasClerkPermission(name));

    /// <summary>Demands a role in the active organization.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="role">The role, <c>org:admin</c>.</param>
    /// <returns>The same policy.</returns>
    /// <exception cref="ArgumentException"><paramref name="role"/> is empty.</exception>
    public static AuthorizationPolicyBuilder RequireClerkRole(this AuthorizationPolicyBuilder policy, string role) =>
        Add(policy, "role", role, static (user, name) => user.HasClerkRole(name));

    /// <summary>Demands a feature of the user's or the active organization's plan.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="feature">The feature, <c>dashboard</c>, <c>o:dashboard</c> or <c>u:dashboard</c>.</param>
    /// <returns>The same policy.</returns>
    /// <exception cref="ArgumentException"><paramref name="feature"/> is empty, or has a scope that is not known.</exception>
    public static AuthorizationPolicyBuilder RequireClerkFeature(this AuthorizationPolicyBuilder policy, string feature)
    {
        ScopedNames.Contains(null, feature);
        return Add(policy, "feature", feature, static (user, name) => user.HasClerkFeature(name));
    }

    /// <summary>Demands a plan of the user or the active organization.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="plan">The plan, <c>pro</c>, <c>o:pro</c> or <c>u:pro</c>.</param>
    /// <returns>The same policy.</returns>
    /// <exception cref="ArgumentException"><paramref name="plan"/> is empty, or has a scope that is not known.</exception>
    public static AuthorizationPolicyBuilder RequireClerkPlan(this AuthorizationPolicyBuilder policy, string plan)
    {
        ScopedNames.Contains(null, plan);
        return Add(policy, "plan", plan, static (user, name) => user.HasClerkPlan(name));
    }

    private static AuthorizationPolicyBuilder Add(AuthorizationPolicyBuilder policy, string kind, string name, Func<ClaimsPrincipal, string, bool> isGranted)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return policy.AddRequirements(new ClerkRequirement(kind, name, isGranted));
    }
}
