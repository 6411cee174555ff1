namespace ClerkSync.Signing;

/// <summary>Under which names the three headers of a delivery travel. A sender uses one family or the other; the meaning is the same.</summary>
public enum HeaderFamily
{
    /// <summary><c>svix-id</c>, <c>svix-timestamp</c>, <c>svix-signature</c>: what Clerk sends.</summary>
    Svix,

    /// <summary><c>webhook-id</c>, <c>webhook-timestamp</c>, <c>webhook-signature</c>: the names of Standard Webhooks.</summary>
    Webhook,
}

internal static class HeaderNames
{
    public const string SvixId = "svix-id";
    public const string SvixTimestamp = "svix-timestamp";
    public const string SvixSignature = "svix-signature";
    public const string WebhookId = "webhook-id";
    public const string WebhookTimestamp = "webhook-timestamp";
    public const string WebhookSignature = "webhook-signature";

    public static (string Id, string Timestamp, string Signature) Of(HeaderFamily family) => family is HeaderFamily.Svix
        ? (SvixId, SvixTimestamp, SvixSignature)
        : (WebhookId, WebhookTimestamp, WebhookSignature);
}
