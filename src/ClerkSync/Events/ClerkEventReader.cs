using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace ClerkSync.Events;

/// <summary>Reads the body of a webhook. Never throws on what it is given: an unreadable body is a value with its reason.</summary>
/// <remarks>
/// Tolerated: a byte order mark, unknown types and fields, values of an unexpected type, repeated fields (the last one counts), NUL, lone
/// surrogates (each becomes U+FFFD). Verify the signature first; this reads whatever it is given.
/// </remarks>
public static class ClerkEventReader
{
    /// <summary>
    /// How deep objects and arrays may be nested. Users can write 8 KB of metadata, which has room for 4,096 nested arrays; the rest is
    /// for what is around them. Nothing here is recursive over the input, so the depth costs no stack.
    /// </summary>
    public const int MaxDepth = 5_000;

    /// <summary>Reads one event from UTF-8 JSON.</summary>
    /// <param name="body">The bytes of the body, with or without byte order mark.</param>
    /// <returns>The event, or the reason why there is none.</returns>
    public static ClerkEventReadResult Read(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith("\uFEFF"u8))
        {
            body = body[3..];
        }

        if (body.IsEmpty)
        {
            return new(UnreadableReason.Empty);
        }

        if (!Utf8.IsValid(body))
        {
            return new(UnreadableReason.InvalidUtf8);
        }

        if (!TryParse(LoneSurrogates.Replace(body), out var json))
        {
            return new(IsTooDeep(body) ? UnreadableReason.TooDeep : UnreadableReason.NotJson);
        }

        return json.ValueKind == JsonValueKind.Object ? Read(json) : new(UnreadableReason.NotAnObject);
    }

    private static ClerkEventReadResult Read(JsonElement json)
    {
        if (!json.TryGetProperty("type"u8, out var name) || name.ValueKind != JsonValueKind.String || name.GetString() is not { Length: > 0 } type)
        {
            return new(UnreadableReason.MissingType);
        }

        JsonElement? data = json.TryGetProperty("data"u8, out var value) ? value : null;
        ClerkEvent? clerkEvent;
        if (ClerkEventTypes.Find(type) is not { } known)
        {
            clerkEvent = new UnknownEvent(type) { Data = data };
        }
        else if (data is not { ValueKind: JsonValueKind.Object } resource)
        {
            return new(UnreadableReason.MissingData);
        }
        else
        {
            clerkEvent = known.Read(resource);
        }

        return clerkEvent is null ? new(UnreadableReason.MissingId) : new(WithEnvelope(clerkEvent, json));
    }

    private static ClerkEvent WithEnvelope(ClerkEvent clerkEvent, JsonElement json)
    {
        var timestamp = Field("timestamp") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var stamp) ? stamp : (long?)null;
        var instanceId = Text(Field("instance_id"));
        var objectType = Text(Field("object"));
        var attributes = Field("event_attributes") is { } raw ? ClerkObjectReader.Read<EventAttributes>(raw) : null;

        Dictionary<string, JsonElement>? rest = null;
        foreach (var field in json.EnumerateObject())
        {
            var isHeld = field.Name switch
            {
                "type" or "data" => true,
                "timestamp" => timestamp is not null,
                "instance_id" => instanceId is not null,
                "object" => objectType is not null,
                "event_attributes" => attributes is not null,
                _ => false,
            };
            if (!isHeld)
            {
                (rest ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal))[field.Name] = field.Value;
            }
        }

        return clerkEvent with
        {
            Timestamp = timestamp,
            InstanceId = instanceId,
            ObjectType = objectType,
            EventAttributes = attributes,
            ExtensionData = rest ?? ClerkEvent.NoExtensionData,
        };

        JsonElement? Field(string name) => json.TryGetProperty(name, out var found) ? found : null;

        static string? Text(JsonElement? field) => field is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }

    private static bool TryParse(ReadOnlySpan<byte> body, out JsonElement json)
    {
        try
        {
            json = JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return true;
        }
        catch (JsonException)
        {
            json = default;
            return false;
        }
    }

    // Only asked after parsing has failed, to tell the two causes apart.
    private static bool IsTooDeep(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= MaxDepth)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return false;
    }
}

/// <summary>What came of reading a body: an event, or the reason why there is none.</summary>
public readonly record struct ClerkEventReadResult
{
    internal ClerkEventReadResult(ClerkEvent clerkEvent) => Event = clerkEvent;

    internal ClerkEventReadResult(UnreadableReason reason) => Reason = reason;

    /// <summary>The event. Null when the body is unreadable.</summary>
    public ClerkEvent? Event { get; }

    /// <summary>Why there is no event; <see cref="UnreadableReason.None"/> when there is one.</summary>
    public UnreadableReason Reason { get; }

    /// <summary>Whether there is an event.</summary>
    [MemberNotNullWhen(true, nameof(Event))]
    public bool IsReadable => Event is not null;

    /// <summary>The reason as a sentence for people. Null when there is an event. Never holds anything of the body.</summary>
    public string? Why => Reason switch
    {
        UnreadableReason.None => null,
        UnreadableReason.Empty => "The body is empty.",
        UnreadableReason.InvalidUtf8 => "The body is not valid UTF-8.",
        UnreadableReason.TooDeep => $"The JSON is nested deeper than {ClerkEventReader.MaxDepth} levels.",
        UnreadableReason.NotAnObject => "The JSON is not an object.",
        UnreadableReason.MissingType => "The field \"type\" is missing or not a text.",
        UnreadableReason.MissingData => "The field \"data\" is missing or not an object.",
        UnreadableReason.MissingId => "The field \"data.id\" is missing or not a text.",
        _ => "The body is not JSON.",
    };

    /// <summary>Type and id of the event, or the reason; nothing of the body beyond that.</summary>
    /// <returns>For example <c>user.created user_3BnYl8WR51kNpzKBU6zh5XiwIBp</c>.</returns>
    public override string ToString() => Event?.ToString() ?? Why ?? "";
}

/// <summary>Why a body is no event.</summary>
public enum UnreadableReason
{
    /// <summary>It is an event.</summary>
    None,

    /// <summary>There are no bytes.</summary>
    Empty,

    /// <summary>The bytes are not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>The text is not JSON.</summary>
    NotJson,

    /// <summary>Objects and arrays are nested deeper than <see cref="ClerkEventReader.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>The JSON is not an object.</summary>
    NotAnObject,

    /// <summary>The field <c>type</c> is missing, empty or not a text.</summary>
    MissingType,

    /// <summary>The type is known, and the field <c>data</c> is missing or not an object.</summary>
    MissingData,

    /// <summary>The type is known, and the field <c>data.id</c> is missing, empty or not a text.</summary>
    MissingId,
}
