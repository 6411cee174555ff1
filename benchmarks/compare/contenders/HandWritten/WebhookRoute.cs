namespace HandWritten;

/// <summary>What both hand-written receivers share: read, verify, parse, answer.</summary>
internal static class WebhookRoute
{
    public const string Path = "/api/webhooks/clerk";

    public const string CreateTable =
        """
        CREATE TABLE IF NOT EXISTS users (
            id text PRIMARY KEY,
            email text,
            first_name text,
            last_name text,
            image_url text,
            created_at timestamptz,
            updated_at timestamptz
        )
        """;

    /// <summary>The verified event, or null for a bad signature.</summary>
    public static async Task<WebhookEvent?> ReadAsync(HttpRequest request, WebhookSignature signature, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(cancellationToken);
        return signature.IsGood(request.Headers, body) ? WebhookEvent.Parse(body) : null;
    }

    public static IResult Received() => Results.Ok(new { received = true });

    public static IResult Refused() => Results.BadRequest(new { error = "Webhook verification failed" });
}
