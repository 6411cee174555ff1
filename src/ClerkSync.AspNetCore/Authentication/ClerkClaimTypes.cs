namespace ClerkSync.AspNetCore;

/// <summary>
/// The claims of a signed-in user, the same for session tokens of version 1 and 2. What else the token holds is there too, under the names of the token; an object is one claim with its JSON.
/// </summary>
public static class ClerkClaimTypes
{
    /// <summary>The user's id, <c>user_…</c>; also the name of the identity.</summary>
    public const string UserId = "sub";

    /// <summary>The session's id, <c>sess_…</c>.</summary>
    public const string SessionId = "sid";

    /// <summary>The id of the active organization, <c>org_…</c>.</summary>
    public const string OrganizationId = "org_id";

    /// <summary>The slug of the active organization.</summary>
    public const string OrganizationSlug = "org_slug";

    /// <summary>The role in the active organization with its prefix, <c>org:admin</c>. It is the identity's role: <c>[Authorize(Roles = "org:admin")]</c> works.</summary>
    public const string OrganizationRole = "org_role";

    /// <summary>One claim for each permission in the active organization, <c>org:invoices:read</c>. Permissions of the system (<c>org:sys_…</c>) are not in session tokens.</summary>
    public const string OrganizationPermission = "org_permissions";

    /// <summary>Features of the plan, <c>o:dashboard,u:export</c>.</summary>
    public const string Features = "fea";

    /// <summary>The plan, <c>u:free</c> or <c>o:pro</c>.</summary>
    public const string Plan = "pla";

    /// <summary>Who acts as the user, as JSON, when somebody impersonates them.</summary>
    public const string Actor = "act";
}
