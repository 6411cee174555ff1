using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Control;

/// <summary>Messages, endpoints and attempts in the control API.</summary>
internal static class ControlJson
{
    public static JsonObject Message(EmulatedMessage message) => new()
    {
        ["body"] = message.Text,
        ["created_at"] = message.CreatedAt.ToUnixTimeMilliseconds(),
        ["id"] = message.Id,
        ["object_id"] = message.ObjectId,
        ["type"] = message.Type,
    };

    public static JsonObject Endpoint(EmulatedEndpoint endpoint) => new()
    {
        ["attempts"] = new JsonArray([.. endpoint.Attempts.Select(Attempt)]),
        ["enabled"] = endpoint.IsEnabled,
        ["id"] = endpoint.Id,
        ["url"] = endpoint.Url.OriginalString,
    };

    private static JsonObject Attempt(EmulatedAttempt attempt) => new()
    {
        ["at"] = attempt.At.ToUnixTimeMilliseconds(),
        ["error"] = attempt.Error,
        ["event_type"] = attempt.EventType,
        ["message_id"] = attempt.MessageId,
        ["number"] = attempt.Number,
        ["status"] = attempt.Status,
    };
}
