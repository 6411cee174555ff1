using System.Buffers;
using System.Text.Json;

namespace ClerkSync.Cli.Relaying;

/// <summary>What came in a frame: what has no request is of no use, or tells that the relay listens.</summary>
/// <param name="Type">The frame's type; null when it is no frame of the protocol.</param>
/// <param name="Id">The frame's id, which the answer repeats.</param>
/// <param name="Token">The token under which the relay serves this client.</param>
/// <param name="Request">What came to the inbox.</param>
/// <param name="Problem">What is wrong with the request, a sentence; null when it can be passed on.</param>
internal sealed record RelayFrame(string? Type, string? Id = null, string? Token = null, RelayRequest? Request = null, string? Problem = null);

/// <summary>The JSON of the relay's protocol, version 1.</summary>
internal static class RelayFrames
{
    private static readonly RelayFrame Unusable = new(Type: null);

    public static byte[] Start(string token) => JsonText.BytesOf(writer =>
    {
        Begin(writer, "start");
        writer.WriteString("token", token);
        End(writer);
    });

    public static byte[] Reply(string id, RelayReply reply) => JsonText.BytesOf(writer =>
    {
        Begin(writer, "event");
        writer.WriteString("id", id);
        writer.WriteNumber("status", reply.Status);
        writer.WriteStartObject("headers");
        foreach (var (name, value) in reply.Headers)
            writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteBase64String("body", reply.Body.Span);
        End(writer);
    });

    /// <summary>Reads a frame. Never throws: whatever it does not know is without type.</summary>
    public static RelayFrame Read(ReadOnlySequence<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (Member(root, "data") is not { ValueKind: JsonValueKind.Object } data)
                return Unusable;
            return Text(root, "type") switch
            {
                "start" => new("start", Token: Text(data, "token")),
                "event" when Text(data, "id") is { } id => EventOf(id, data),
                _ => Unusable,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Unusable;
        }
    }

    // what Clerk's client takes as given when it is missing is taken so here
    private static RelayFrame EventOf(string id, JsonElement data)
    {
        if (!TryBody(data, out var body))
            return new("event", id, Problem: "The relay passed the request on with a body that is not base64.");
        var headers = Member(data, "headers") is { ValueKind: JsonValueKind.Object } all
            ? all.EnumerateObject().SelectMany(header => Values(header.Value).Select(value => KeyValuePair.Create(header.Name, value))).ToList()
            : [];
        return new("event", id, Request: new(Text(data, "method") is { Length: > 0 } method ? method : "POST", headers, body) { FrameId = id });
    }

    private static bool TryBody(JsonElement data, out byte[] body)
    {
        body = [];
        return Member(data, "body") switch
        {
            null or { ValueKind: JsonValueKind.Null } => true,
            { ValueKind: JsonValueKind.String } text => text.TryGetBytesFromBase64(out body!),
            _ => false,
        };
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!),
        _ => [],
    };

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static void Begin(Utf8JsonWriter writer, string type)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteNumber("version", 1);
        writer.WriteStartObject("data");
    }

    private static void End(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
