namespace ClerkSync.Cli.Diagnosing;

/// <summary>What the verifiers of Clerk and Svix say about a delivery, and the frameworks around them, under whichever status.</summary>
internal static class Verifiers
{
    public const string Secret = "Copy the signing secret from this very endpoint's page in Clerk's Dashboard, here and there: development and production have different ones, and so has a new endpoint.";

    public const string Clock = "Set the clocks of this machine and of the server (NTP).";

    public const string Headers = "Let svix-id, svix-timestamp and svix-signature through: look at the proxy's or function's list of allowed headers.";

    public const string Raw = "Verify the raw body: express.raw({ type: 'application/json' }) on this route before express.json(), no [FromBody], no body parser.";

    /// <summary>Null where none of them is to be heard.</summary>
    public static Meaning? Read(ProbeAnswer answer)
    {
        if (answer.IsOfClerkSync || answer.Status is not (400 or 401 or 403 or 422))
            return null;

        var status = $"Status {answer.Status}:";
        if (answer.Says("invalid hostname") || answer.Says("invalid host header") || answer.Says("disallowedhost") || answer.Says("Blocked request. This host") || answer.Says("Blocked hosts"))
        {
            return Meaning.Fail(
                "host_refused", $"{status} the server does not take this host name.",
                "Add the name of the tunnel or proxy to AllowedHosts (ASP.NET Core), server.allowedHosts (Vite) or the framework's own list of allowed hosts.");
        }

        if (answer.Says("plain HTTP request was sent to HTTPS"))
            return Meaning.Fail("redirect_https", $"{status} the port speaks https, and the URL says http.", "Write https:// into the URL.");
        if (answer.Says("missing required webhook headers") || answer.Says("missing required headers") || answer.Says("missing svix headers"))
            return Meaning.Fail("headers_dropped", $"{status} the verifier misses the signature's headers, although they were sent. Something on the way drops them, or the code reads them under another name.", Headers);
        if (answer.Says("timestamp too old") || answer.Says("timestamp too new"))
            return Meaning.Fail("clock", $"{status} to the verifier the probe is too old or too new, so the clocks differ by more than five minutes.", Clock);
        if (answer.Says("missing webhook signing secret"))
            return Meaning.Fail("no_signing_secret", $"{status} the application has no signing secret.", $"Set CLERK_WEBHOOK_SIGNING_SECRET there. {Secret}");
        if (answer.Says("antiforgery") || answer.Says("csrf"))
            return Meaning.Fail("antiforgery", $"{status} protection against forged forms stands before the endpoint.", "Exempt the path: a delivery carries no such token, its signature protects it.");
        return answer.Says("signature")
            ? Meaning.Fail("wrong_secret", $"{status} the verifier says that the signature does not fit. It has another signing secret than the one configured here, or verifies a body that was parsed and written again.", $"{Secret} {Raw}")
            : null;
    }
}
