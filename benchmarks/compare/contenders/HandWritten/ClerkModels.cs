using System.Text.Json;

namespace HandWritten;

internal sealed record WebhookEvent(string Type, JsonElement Data)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static WebhookEvent Parse(string body) =>
        JsonSerializer.Deserialize<WebhookEvent>(body, s_json) ?? throw new JsonException("The body is null.");

    public WebhookUser ToUser() => Data.Deserialize<WebhookUser>(s_json) ?? throw new JsonException("The data is null.");

    public string ObjectId() => Data.GetProperty("id").GetString()!;
}

internal sealed record WebhookUser(
    string Id,
    string? FirstName,
    string? LastName,
    string? ImageUrl,
    string? PrimaryEmailAddressId,
    WebhookEmailAddress[] EmailAddresses,
    long CreatedAt,
    long UpdatedAt)
{
    public string? PrimaryEmailAddress => EmailAddresses.FirstOrDefault(a => a.Id == PrimaryEmailAddressId)?.EmailAddress;
}

internal sealed record WebhookEmailAddress(string Id, string EmailAddress);
