using Microsoft.AspNetCore.Authorization;

namespace Microsoft.AspNetCore.Builder;

/// <summary>What endpoints demand of Clerk's session token: endpoints of minimal APIs, groups, controllers, Razor Pages. Who is not signed in gets 401, who has less gets 403.</summary>
public static class ClerkAuthorizationConventionBuilderExtensions
{
    /// <summary>Lets in only users who have a permission in the active organization.</summary>
    /// <typeparam name="TBuilder">What mapping the endpoint, or a group, returned.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="permission">The permission, <c>org:invoices:read</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="permission"/> is empty.</exception>
    public static TBuilder RequireClerkPermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireClerkPermission(permission));

    /// <summary>Lets in only users who have a role in the active organization.</summary>
    /// <typeparam name="TBuilder">What mapping the endpoint, or a group, returned.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="role">The role, <c>org:admin</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="role"/> is empty.</exception>
    public static TBuilder RequireClerkRole<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireClerkRole(role));

    /// <summary>Lets in only users whose plan, or whose active organization's plan, has a feature.</summary>
    /// <typeparam name="TBuilder">What mapping the endpoint, or a group, returned.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="feature">The feature, <c>dashboard</c>, <c>o:dashboard</c> or <c>u:dashboard</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="feature"/> is empty, or has a scope that is not known.</exception>
    public static TBuilder RequireClerkFeature<TBuilder>(this TBuilder builder, string feature)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireClerkFeature(feature));

    /// <summary>Lets in only users who have a plan, or whose active organization has.</summary>
    /// <typeparam name="TBuilder">What mapping the endpoint, or a group, returned.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="plan">The plan, <c>pro</c>, <c>o:pro</c> or <c>u:pro</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="plan"/> is empty, or has a scope that is not known.</exception>
    public static TBuilder RequireClerkPlan<TBuilder>(this TBuilder builder, string plan)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireClerkPlan(plan));
}
