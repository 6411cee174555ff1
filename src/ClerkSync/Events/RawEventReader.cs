using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ClerkSync.Events;

/// <summary>Reads a verified body once: envelope, canonical document, and the byte ranges that must not be stored.</summary>
internal static class RawEventReader
{
    /// <summary>Longest event type and id that is taken for one; Clerk's are below 64 characters.</summary>
    public const int LongestName = 191;

    /// <summary>Values below this are seconds, not milliseconds (the examples in Clerk's specification are).</summary>
    private const long FirstMillisecondTimestamp = 100_000_000_000;

    /// <summary>Stands for an <c>instance_id</c> that is there but no text that could be one: not to be taken for one that is missing.</summary>
    private const string NoInstance = "";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static RawEventReading Read(ReadOnlyMemory<byte> body)
    {
        var span = body.Span;
        if (!Utf8.IsValid(span))
            return new(null, "The body is not valid UTF-8.", body);

        var start = span.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        try
        {
            return ReadEnvelope(body[start..]);
        }
        catch (JsonException exception)
        {
            return new(null, $"The body is not JSON: it breaks at byte {exception.BytePositionInLine + start} of line {exception.LineNumber + 1}.", body);
        }
    }

    private static RawEventReading ReadEnvelope(ReadOnlyMemory<byte> body)
    {
        // The depth has no limit here, because the reader does not recurse: one bit a level.
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        using var writer = new CanonicalWriter(body);
        string? type = null;
        string? instanceId = null;
        long? timestamp = null;
        var hasData = false;

        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return new(null, $"The body is JSON, but its root is not an object ({reader.TokenType}).", body);

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (IsNamed(ref reader, "data"u8))
            {
                reader.Read();
                hasData = reader.TokenType == JsonTokenType.StartObject;
                writer.Restart();
                writer.Write(ref reader);
                continue;
            }

            var isType = IsNamed(ref reader, "type"u8);
            var isInstance = IsNamed(ref reader, "instance_id"u8);
            var isTimestamp = IsNamed(ref reader, "timestamp"u8);
            reader.Read();
            if (isType)
                type = ShortText(ref reader);
            else if (isInstance)
                instanceId = reader.TokenType == JsonTokenType.Null ? null : ShortText(ref reader) ?? NoInstance;
            else if (isTimestamp)
                timestamp = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? Milliseconds(value) : null;
            reader.Skip();
        }

        // Whatever follows the root would make it no JSON text: the reader throws.
        reader.Read();

        // Unreadable or not: what must never be written is cut.
        var payload = writer.ToPayload(type);
        if (string.IsNullOrEmpty(type))
            return new(null, "The body has no \"type\" that is a text of 1 to 191 characters without spaces and control characters.", payload);
        if (!hasData)
            return new(null, "The body has no \"data\" that is an object.", payload);
        return new(new(type, timestamp, instanceId, writer.ToDocument(type), payload, writer.Repairs), null, payload);
    }

    /// <summary>Compares a key. The reader's own comparison throws where a key holds half of a surrogate pair.</summary>
    private static bool IsNamed(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan.SequenceEqual(name);
        using var decoded = new ByteBuffer(reader.ValueSpan.Length);
        JsonText.Decode(reader.ValueSpan, decoded);
        return decoded.Written.SequenceEqual(name);
    }

    /// <summary>The text of a string token that can be a name, with its escapes decoded, or null for anything else.</summary>
    private static string? ShortText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > LongestName * 6)
            return null;
        using var text = new ByteBuffer(reader.ValueSpan.Length);
        if (JsonText.Decode(reader.ValueSpan, text))
            return null;
        var value = Encoding.UTF8.GetString(text.Written);
        return CanonicalDocument.IsName(value) ? value : null;
    }

    private static long? Milliseconds(long value) => value switch
    {
        <= 0 or > CanonicalDocument.LatestMoment => null,
        < FirstMillisecondTimestamp => value * 1000,
        _ => value,
    };
}
