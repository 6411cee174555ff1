using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace ClerkSync.AspNetCore;

/// <summary>What a session token must grant. It decides itself, so that nothing has to be registered.</summary>
internal sealed class ClerkRequirement(string kind, string name, Func<ClaimsPrincipal, string, bool> isGranted) : AuthorizationHandler<ClerkRequirement>, IAuthorizationRequirement
{
    public override string ToString() => $"Clerk's session token must have the {kind} {name}.";

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ClerkRequirement requirement)
    {
        if (isGranted(context.User, name))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
