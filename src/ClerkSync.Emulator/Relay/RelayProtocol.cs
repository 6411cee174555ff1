using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Relay;

/// <summary>A request that came to an inbox.</summary>
internal sealed record InboxRequest(string Id, string Token, string Method, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body);

/// <summary>The client's answer to it.</summary>
/// <param name="Id">The id of the frame that it answers; null when it has none.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Single values.</param>
/// <param name="Body">The bytes.</param>
/// <param name="Problem">What is wrong with its frame; null when it is as the protocol wants it.</param>
internal sealed record InboxAnswer(string? Id, int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, string? Problem = null);

/// <summary>The JSON of the relay's protocol, version 1, as the relay writes and reads it.</summary>
internal static class RelayProtocol
{
    public static byte[] Start(string token) => Render("start", new() { ["token"] = token });

    public static byte[] Event(InboxRequest request, Predicate<RelayFault> strikes)
    {
        JsonObject data = new() { ["id"] = request.Id };
        if (!strikes(RelayFault.WithoutMethod))
            data["method"] = request.Method;
        if (!strikes(RelayFault.WithoutHeaders))
        {
            JsonObject headers = [];
            foreach (var (name, value) in request.Headers)
                headers[name] = value;
            data["headers"] = headers;
        }

        if (!strikes(RelayFault.WithoutBody))
            data["body"] = Convert.ToBase64String(request.Body);
        return Render("event", data);
    }

    public static byte[] Render(string type, JsonObject data) => SortedJson.Render(new() { ["type"] = type, ["version"] = 1, ["data"] = data });

    /// <summary>The token of a start frame; null when it is none.</summary>
    public static string? ReadStart(byte[] payload) =>
        Parse(payload) is { } frame && frame["type"].AsText() == "start" && frame["version"].AsNumber() == 1 ? frame["data"]?["token"].AsText() : null;

    /// <summary>Reads an answer, strictly: what is not as the protocol wants it is a problem.</summary>
    public static InboxAnswer ReadAnswer(byte[] payload)
    {
        static InboxAnswer Wrong(string? id, string problem) => new(id, 502, [], [], problem);
        if (Parse(payload) is not { } frame || frame["data"] is not JsonObject data)
            return Wrong(null, "The frame is no JSON object with data.");
        var id = data["id"].AsText();
        if (frame["type"].AsText() != "event" || frame["version"].AsNumber() != 1 || id is null)
            return Wrong(id, "The frame is no event of version 1 with an id.");
        if (data["status"].AsNumber() is not (>= 100 and <= 599 and var status))
            return Wrong(id, "The frame has no status.");
        if (data["headers"] is not JsonObject headers || headers.Any(header => header.Value.AsText() is null))
            return Wrong(id, "The frame's headers are not an object of texts.");
        if (data["body"].AsText() is not { } text || !TryDecode(text, out var body))
            return Wrong(id, "The frame's body is not base64.");
        return new(id, (int)status, [.. headers.Select(header => KeyValuePair.Create(header.Key, header.Value.AsText()!))], body);
    }

    private static bool TryDecode(string text, out byte[] body)
    {
        body = new byte[text.Length];
        var isBase64 = Convert.TryFromBase64String(text, body, out var length);
        body = body[..length];
        return isBase64;
    }

    private static JsonObject? Parse(byte[] payload)
    {
        try
        {
            return JsonNode.Parse(payload) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
