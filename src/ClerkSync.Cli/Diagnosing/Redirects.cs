namespace ClerkSync.Cli.Diagnosing;

/// <summary>Somebody sends the sender elsewhere. Svix never follows.</summary>
internal static class Redirects
{
    private const string Never = "Clerk follows no redirects: any 3xx is a failure.";

    public static Meaning? Read(ProbeAnswer answer)
    {
        if (answer.Status is not (>= 300 and < 400))
            return null;
        if (answer.Location is not { } to)
            return Meaning.Fail("redirect", $"Status {answer.Status}: a redirect without a usable address. {Never}", "Look what answers at this path: a webhook endpoint answers 2xx.");

        var (from, shown) = (answer.Url, ProbeAnswer.Shown(to));
        if (Walls.IsLogin(to))
        {
            return Meaning.Fail(
                "login_wall", $"A login stands before the endpoint: it redirects to {shown}. {Never}",
                "Exclude the path from authentication: from Clerk's middleware (the public routes of clerkMiddleware), a fallback policy, or the proxy's login. A delivery has no user; its signature is its authentication.");
        }

        var (sameHost, samePath) = (string.Equals(from.Host, to.Host, StringComparison.OrdinalIgnoreCase), from.AbsolutePath == to.AbsolutePath);
        var remedy = $"Enter {shown} in Clerk's Dashboard as the endpoint's URL, once 'clerksync doctor --url {shown}' is well.";
        if (sameHost && samePath && from.Scheme == "http" && to.Scheme == "https")
        {
            return Meaning.Fail(
                "redirect_https", $"It redirects to https. {Never}",
                $"{remedy} If the URL is https already, a proxy or tunnel speaks http to the application: let it send X-Forwarded-Proto and call UseForwardedHeaders() before UseHttpsRedirection().");
        }

        if (samePath && IsWww(from.Host, to.Host))
            return Meaning.Fail("redirect_www", $"It redirects from {from.Host} to {to.Host}. {Never}", remedy);
        if (sameHost && from.AbsolutePath.TrimEnd('/') == to.AbsolutePath.TrimEnd('/') && !samePath)
            return Meaning.Fail("redirect_slash", $"It redirects to the path {(to.AbsolutePath.EndsWith('/') ? "with" : "without")} a slash at its end. {Never}", remedy);
        return Meaning.Fail("redirect", $"It redirects to {shown}. {Never}", remedy);
    }

    private static bool IsWww(string one, string other) =>
        string.Equals("www." + one, other, StringComparison.OrdinalIgnoreCase) || string.Equals("www." + other, one, StringComparison.OrdinalIgnoreCase);
}
