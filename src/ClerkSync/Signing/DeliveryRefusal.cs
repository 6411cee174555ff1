using System.Globalization;

namespace ClerkSync.Signing;

/// <summary>
/// Why a delivery was refused, with a sentence that says what to do. The sentence is made for the sender's log (Clerk shows it under Message
/// Attempts) and holds no secret, no signature and nothing of the body.
/// </summary>
public sealed class DeliveryRefusal
{
    private DeliveryRefusal(RefusalReason reason, string code, string message)
    {
        Reason = reason;
        Code = code;
        Message = message;
    }

    /// <summary>Why.</summary>
    public RefusalReason Reason { get; }

    /// <summary>The reason as it appears in the answer, for programs: <c>signature_mismatch</c>.</summary>
    public string Code { get; }

    /// <summary>The HTTP status to answer with: 400, 408, 413, or 503 where this server is the one to correct something. Clerk sends again after any of them.</summary>
    public int Status => Reason switch
    {
        RefusalReason.BodyTooLarge => 413,
        RefusalReason.BodyTooSlow => 408,
        RefusalReason.NoSigningSecret => 503,
        _ => 400,
    };

    /// <summary>What was wrong and what to do next, for people.</summary>
    public string Message { get; }

    /// <summary>The code and the sentence.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => $"{Code}: {Message}";

    internal static DeliveryRefusal MissingHeader(string name, HeaderFamily family)
    {
        var (id, timestamp, signature) = HeaderNames.Of(family);
        return new(RefusalReason.MissingHeaders, "missing_headers",
            $"The header {name} is missing or empty. A webhook carries {id}, {timestamp} and {signature} together. "
            + "If Clerk sent this, a proxy in front removed a header: let all three pass. If you sent it yourself, sign it: clerksync trigger user.created does.");
    }

    internal static DeliveryRefusal RepeatedHeader(string name, int count) => Malformed(string.Create(CultureInfo.InvariantCulture,
        $"The header {name} occurs {count} times; it must occur once. A proxy or a test tool repeats it: let it send the header as it came."));

    internal static DeliveryRefusal MalformedId(string name) => Malformed(string.Create(CultureInfo.InvariantCulture,
        $"The header {name} must be 1 to {DeliverySignature.MaxIdLength} printable ASCII characters without spaces, such as msg_2ClerkSync."));

    internal static DeliveryRefusal MalformedTimestamp(string name, string value) => Malformed(value.Contains('.', StringComparison.Ordinal)
        ? $"The header {name} has a decimal point. It must be whole Unix seconds, such as 1785400020: divide milliseconds by 1000, round down, and sign that text."
        : string.Create(CultureInfo.InvariantCulture,
            $"The header {name} must be whole Unix seconds, such as 1785400020: 1 to {DeliverySignature.MaxTimestampLength} digits, no sign, no leading zero, no spaces."));

    internal static DeliveryRefusal TooOld(long seconds, long tolerance) => new(RefusalReason.TimestampTooOld, "timestamp_too_old",
        string.Create(CultureInfo.InvariantCulture,
            $"The delivery was signed {seconds} s before this server's time; {tolerance} s are allowed. ")
        + "An old delivery cannot be sent again as it is: press Resend in Clerk's Dashboard, which signs it anew. If new deliveries fail too, set this server's clock (NTP).");

    internal static DeliveryRefusal TooNew(long seconds, long tolerance) => new(RefusalReason.TimestampTooNew, "timestamp_too_new",
        string.Create(CultureInfo.InvariantCulture,
            $"The delivery was signed {seconds} s after this server's time; {tolerance} s are allowed. ")
        + "Set this server's clock (NTP). If you signed it yourself: the timestamp is Unix seconds, not milliseconds.");

    internal static DeliveryRefusal Mismatch() => new(RefusalReason.SignatureMismatch, "signature_mismatch",
        "The signature does not match. Most likely the signing secret is that of another endpoint (development and production have different ones, and so has a "
        + "new endpoint): copy it from this endpoint's page in Clerk's Dashboard. Otherwise something changed the body on its way: a proxy, or code that parsed and wrote "
        + "the JSON again before it was verified.");

    internal static DeliveryRefusal NoV1Signature(string name) => new(RefusalReason.SignatureMismatch, "signature_mismatch",
        $"The header {name} has no entry of version v1 (v1,base64), the only one that Clerk sends and ClerkSync verifies.");

    internal static DeliveryRefusal EmptyBody() => new(RefusalReason.EmptyBody, "empty_body",
        "The body is empty; every webhook of Clerk has a JSON body. If Clerk sent this, something read or dropped the body before it was verified: "
        + "a proxy, model binding ([FromBody]) or a middleware. Verify first, or call Request.EnableBuffering() before the body is read.");

    internal static DeliveryRefusal TooLarge(long limit) => new(RefusalReason.BodyTooLarge, "body_too_large", string.Create(CultureInfo.InvariantCulture,
        $"The body is larger than {limit} bytes, the limit of this endpoint. Webhooks of Clerk are smaller than 350 kB."));

    internal static DeliveryRefusal TooSlow(TimeSpan limit) => new(RefusalReason.BodyTooSlow, "body_too_slow", string.Create(CultureInfo.InvariantCulture,
        $"The body did not arrive within {limit.TotalSeconds:0} s. The connection between the sender and this server is too slow; the delivery will be sent again."));

    internal static DeliveryRefusal NoSecret(bool configuredButUnusable = false) => new(RefusalReason.NoSigningSecret, "no_signing_secret",
        configuredButUnusable
            ? "A signing secret is configured on this server, but it cannot be used; the server's log says why. Nothing is accepted until that is corrected."
            : "No signing secret is configured on this server, so nothing can be verified. Set CLERK_WEBHOOK_SIGNING_SECRET to the secret on the endpoint's page in Clerk's Dashboard.");

    private static DeliveryRefusal Malformed(string message) => new(RefusalReason.MalformedHeaders, "malformed_headers", message);
}
