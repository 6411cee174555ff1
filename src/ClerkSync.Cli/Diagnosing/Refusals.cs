namespace ClerkSync.Cli.Diagnosing;

/// <summary>The endpoint, or its server, does not take the delivery.</summary>
internal static class Refusals
{
    public static Meaning? Read(ProbeAnswer answer)
    {
        if (answer.Status < 400)
            return null;
        if (answer.IsOfClerkSync)
            return ReadOwn(answer);
        return answer.Status switch
        {
            400 or 422 => Verifiers.Read(answer) ?? NotVerified(answer),
            404 or 410 => Meaning.Fail("wrong_path", $"Status {answer.Status}: {answer.Url.Host} answers, and has nothing at {answer.Url.AbsolutePath}.{(answer.Header("x-clerk-auth-status") is null ? "" : " Clerk's middleware is before it, and does not say that it hides the path.")}", "Correct the path: ClerkSync's is /api/webhooks/clerk, and so is that of Clerk's guides. A proxy or base path may change it on the way. If the path is right, look for a login that hides it: Clerk's middleware and others answer 404 to who is not signed in."),
            405 => Meaning.Fail("wrong_method", "Status 405: there is something at this path, and it takes no POST.", "Export or map a POST handler at this path, or correct the path."),
            408 => Meaning.Fail("body_lost", "Status 408: the server waited for the body, which did not arrive whole.", "Look for a proxy in front that does not pass the body on."),
            411 or 415 => Meaning.Fail("body_refused", $"Status {answer.Status}: the server does not take this kind of body.", "A delivery is application/json with a length. Let the endpoint take it raw."),
            413 => Meaning.Fail("too_large", "Status 413: even a small body is too large for the server or proxy.", "Raise its limit: deliveries have up to 350 kB, 1 MiB is usual."),
            429 => Meaning.Fail("rate_limited", "Status 429: a rate limiter stands before the endpoint.", "Exempt the path: after an outage many deliveries come at once."),
            502 or 504 => Meaning.Fail("gateway", $"Status {answer.Status}: a proxy or tunnel answers, and does not reach the server behind it.", "Start the server, and check the address and port to which the proxy leads."),
            503 => Meaning.Fail("unavailable", "Status 503: the host answers, and the application does not run, is being deployed, or is switched off.", "Start the application, and look into the host's log."),
            >= 500 when answer.Says("has read the body before") => Meaning.Fail(
                "body_lost", $"Status {answer.Status}: code of the application read the body before it was verified.", "Verify first, or let what reads it earlier call Request.EnableBuffering() before: a middleware, a filter, model binding with [FromBody]."),
            >= 500 => Meaning.Fail(
                "server_error", $"Status {answer.Status}: the handler, or something before it, failed.",
                "Look into the server's log. Usual causes: no signing secret (Clerk's own verifier throws then), a body that was read before it was verified, an event type that the handler does not know (answer 200 to those)."),
            _ => Meaning.Fail("refused", $"Status {answer.Status}: the delivery was refused.", "Look into the server's log. Only 2xx is a success for Clerk."),
        };
    }

    private static string Said(ProbeAnswer answer) => answer.Error is null ? "" : " " + answer.Error;

    private static Meaning ReadOwn(ProbeAnswer answer) => answer.Reason switch
    {
        "signature_mismatch" => Meaning.Fail(
            "wrong_secret", "ClerkSync answers there, and the signature does not fit: it has another signing secret than the one configured here. Else something on the way changed the body.",
            $"{Verifiers.Secret} If the secrets are equal ('clerksync doctor' on both machines shows their last four characters), look for a proxy that rewrites bodies."),
        "missing_headers" => Meaning.Fail("headers_dropped", "ClerkSync answers there, and the signature's headers did not arrive, although they were sent: something on the way drops them.", Verifiers.Headers),
        "malformed_headers" => Meaning.Fail("headers_changed", "ClerkSync answers there, and the signature's headers arrived changed or twice: something on the way rewrites them.", Verifiers.Headers),
        "timestamp_too_old" or "timestamp_too_new" => Meaning.Fail("clock", $"ClerkSync answers there, and the clocks differ: to that server the probe is {(answer.Reason == "timestamp_too_old" ? "too old, so its clock is ahead of this machine's" : "too new, so its clock is behind this machine's")}.{Said(answer)}", Verifiers.Clock),
        "empty_body" => Meaning.Fail("body_lost", "ClerkSync answers there, and the body did not arrive: something on the way, or before the verification, has read it.", "Verify before anything else reads the body, or call Request.EnableBuffering() first. Look for a proxy that drops bodies."),
        "not_found" => Meaning.Fail("wrong_path", $"ClerkSync answers there, and this is not its path.{Said(answer)}", "Correct the URL of the endpoint in Clerk's Dashboard."),
        "method_not_allowed" => Meaning.Fail("wrong_method", "ClerkSync answers there, and no POST arrived: something on the way changed the method, as a redirect does.", "Look for a proxy that follows redirects, and enter the final URL."),
        "body_too_large" or "body_too_slow" => Meaning.Fail("body_refused", $"ClerkSync answers there, and does not take the body.{Said(answer)}", "Look for a proxy in front that changes bodies, or passes them on slowly."),
        "no_signing_secret" or "queue_full" or "database_unavailable" or "schema_outdated" => Meaning.Fail(
            answer.Reason, $"ClerkSync answers there, and cannot take deliveries now ({answer.Reason}).{Said(answer)}",
            answer.Reason switch
            {
                "no_signing_secret" => "Set CLERK_WEBHOOK_SIGNING_SECRET on that server; it is picked up without a restart.",
                "queue_full" => "Look at the database's disk. Nothing is lost: Clerk sends again.",
                "database_unavailable" => "Run 'clerksync doctor' on that server: it names what is wrong with its database.",
                _ => "Run 'clerksync migrate' on that server.",
            }),
        _ => Meaning.Fail("refused", $"The endpoint answers {answer.Status}.{Said(answer)}", "Do what it says, or look into the server's log."),
    };

    /// <summary>A handler that says no more than its status.</summary>
    private static Meaning NotVerified(ProbeAnswer answer) => Meaning.Fail(
        "not_verified",
        $"Status {answer.Status}: the endpoint could not verify the probe. Most likely its signing secret is another than the one configured here, or its framework has parsed the body before.",
        $"{Verifiers.Secret} {Verifiers.Raw}{(answer.Body.Length == 0 ? " An empty 400 is what the antiforgery filter of ASP.NET Core answers, too: [IgnoreAntiforgeryToken] exempts the endpoint." : "")}");
}
