namespace ClerkSync.Cli.Diagnosing;

/// <summary>Somebody in front wants to know who is there.</summary>
internal static class Walls
{
    /// <summary>Words of sign-in pages, as whole segments of a path.</summary>
    private static readonly string[] s_words = ["login", "signin", "sign-in", "sign_in", "log-in", "auth", "sso", "oauth", "oauth2", "authorize", "handshake", "accounts"];

    /// <summary>Only hosts and proxies with a login of their own set these.</summary>
    private static readonly string[] s_makers = ["WWW-Authenticate", "cf-access-domain", "x-goog-iap-generated-response", "x-vercel-sso-protection"];

    private const string Remedy =
        "Let the path through without a login: exclude it from Clerk's middleware, from a fallback authorization policy and from the proxy's or host's protection (Vercel's deployment protection, an identity-aware proxy). A delivery has no user; its signature is its authentication.";

    public static Meaning? Read(ProbeAnswer answer)
    {
        if (answer.IsOfClerkSync)
            return null;
        if (answer.Status is 401 or 403)
            return Verifiers.Read(answer) ?? ReadUnauthorized(answer);

        // Clerk's middleware sets x-clerk-auth-status on every answer to somebody who is not signed in; this reason only where it hides a page from him
        if (answer.Status == 404 && answer.Header("x-clerk-auth-reason")?.Contains("protect-rewrite", StringComparison.OrdinalIgnoreCase) == true)
            return Meaning.Fail("login_wall", "Clerk's middleware answered 404, because nobody is signed in, and not the endpoint.", Remedy);
        if (!answer.IsAccepted || !answer.IsPage)
            return null;
        return answer.Says("type=\"password\"") || answer.Says("sign in") || answer.Says("log in") || answer.Says("login")
            ? Meaning.Fail("login_wall", $"Status {answer.Status} with a sign-in page: something in front of the endpoint wants a login. To Clerk that looks like a success, and the event is lost.", Remedy)
            : Meaning.Fail(
                "not_an_endpoint", $"Status {answer.Status} with a page for people: this is no webhook endpoint. To Clerk it looks like a success, and the event is lost.",
                "Correct the path. ClerkSync's is /api/webhooks/clerk unless it was changed. A page for every path is often the catch-all of a single-page application.");
    }

    public static bool IsLogin(Uri to) =>
        to.Host.StartsWith("accounts.", StringComparison.OrdinalIgnoreCase) || to.Host.StartsWith("login.", StringComparison.OrdinalIgnoreCase) || to.Host.StartsWith("auth.", StringComparison.OrdinalIgnoreCase)
        || to.Host.EndsWith(".accounts.dev", StringComparison.OrdinalIgnoreCase)
        || to.AbsolutePath.Split('/').Any(segment => s_words.Contains(segment, StringComparer.OrdinalIgnoreCase));

    private static Meaning ReadUnauthorized(ProbeAnswer answer) =>
        answer.IsPage || s_makers.Any(m => answer.Header(m) is not null)
            ? Meaning.Fail("login_wall", $"Status {answer.Status}: something in front of the endpoint wants a login, or forbids the request.", Remedy)
            : Meaning.Fail(
                "forbidden", $"Status {answer.Status}, and no word of why: something in front of the endpoint wants a login, or the endpoint itself refuses the signature, because it has another signing secret than the one configured here.",
                $"{Remedy} If there is no login before it: {Verifiers.Secret}");
}
