namespace ClerkSync.AspNetCore;

/// <summary>Names of authentication with Clerk's session tokens.</summary>
public static class ClerkAuthenticationDefaults
{
    /// <summary>The scheme: <c>Clerk</c>.</summary>
    public const string AuthenticationScheme = "Clerk";

    internal const string Section = "ClerkSync:Authentication";
}
