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

        // an address that repeats a secret is not shown
        var from = answer.Url;
        var shown = answer.Clean(ProbeAnswer.Shown(to)) is { Length: > 0 } text ? text : "another address";
        if (Walls.IsLogin(to))
        {
            return Meaning.Fail(
                "login_wall", $"A login stands before the endpoint: it redirects to {shown}. {Never}",
                "Exclude the path from authentication: from Clerk's middleware (the public routes of clerkMiddleware), a fallback policy, or the proxy's login. A delivery has no user; its signature is its authentication.");
        }

        var (sameHost, samePath) = (string.Equals(from.Host, to.Host, StringComparison.OrdinalIgnoreCase), from.AbsolutePath == to.AbsolutePath);
        var remedy = $"Enter {shown} in Clerk's Dashboard as the endpoint's URL, once the doctor finds it well there (--url).";
        if (sameHost && samePath && to.Scheme == "https")
        {
            return from.Scheme == "http"
                ? Meaning.Fail("redirect_https", $"It redirects to https. {Never}", remedy)
                : Meaning.Fail(
                    "redirect_https", $"The URL is https already, and it redirects to https: a proxy or tunnel ends TLS and speaks http to the application, which redirects what it takes for http. {Never}",
                    "Let the proxy send X-Forwarded-Proto, and call UseForwardedHeaders() before UseHttpsRedirection() in ASP.NET Core ('trust proxy' elsewhere), or leave the redirection to the proxy.");
        }

        if (sameHost && samePath && from.Scheme == "https")
            return Meaning.Fail("redirect", $"It redirects from https to http. {Never}", "Leave the URL as it is, and look for the rule of the proxy or application that leads back to http.");
        if (samePath && IsWww(from.Host, to.Host))
            return Meaning.Fail("redirect_www", $"It redirects from {from.Host} to {to.Host}. {Never}", remedy);
        if (sameHost && from.AbsolutePath.TrimEnd('/') == to.AbsolutePath.TrimEnd('/') && !samePath)
            return Meaning.Fail("redirect_slash", $"It redirects to the path {(to.AbsolutePath.EndsWith('/') ? "with" : "without")} a slash at its end. {Never}", remedy);
        return Meaning.Fail("redirect", $"It redirects to {shown}. {Never}", remedy);
    }

    private static bool IsWww(string one, string other) =>
        string.Equals("www." + one, other, StringComparison.OrdinalIgnoreCase) || string.Equals("www." + other, one, StringComparison.OrdinalIgnoreCase);
}
