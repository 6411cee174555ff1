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

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static RawEventReading Read(ReadOnlyMemory<byte> body)
    {
        var span = body.Span;
        if (!Utf8.IsValid(span))
            return new(null, "The body is not valid UTF-8.");

        var start = span.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        try
        {
            return ReadEnvelope(body[start..]);
        }
        catch (JsonException exception)
        {
            return new(null, $"The body is not JSON: it breaks at byte {exception.BytePositionInLine + start} of line {exception.LineNumber + 1}.");
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
            return new(null, $"The body is JSON, but its root is not an object ({reader.TokenType}).");

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                hasData = reader.TokenType == JsonTokenType.StartObject;
                writer.Restart();
                writer.WriteObjectOrSkip(ref reader);
                continue;
            }

            var isType = reader.ValueTextEquals("type"u8);
            var isInstance = reader.ValueTextEquals("instance_id"u8);
            var isTimestamp = reader.ValueTextEquals("timestamp"u8);
            reader.Read();
            if (isType)
                type = ShortText(ref reader);
            else if (isInstance)
                instanceId = ShortText(ref reader);
            else if (isTimestamp)
                timestamp = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? Milliseconds(value) : null;
            reader.Skip();
        }

        // Whatever follows the root would make it no JSON text: the reader throws.
        reader.Read();

        if (string.IsNullOrEmpty(type))
            return new(null, "The body has no \"type\" that is a text of at most 191 characters.");
        if (!hasData)
            return new(null, "The body has no \"data\" that is an object.");

        var payload = writer.ToPayload(type);
        return new(new(type, timestamp, instanceId, writer.ToDocument(), payload, writer.Repairs), null);
    }

    /// <summary>The text of a short string token with its escapes decoded, or null for anything else.</summary>
    private static string? ShortText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > LongestName * 6)
            return null;
        using var text = new ByteBuffer(reader.ValueSpan.Length);
        if (JsonText.Decode(reader.ValueSpan, text))
            return null;
        return Encoding.UTF8.GetString(text.Written) is { Length: <= LongestName } value ? value : null;
    }

    private static long? Milliseconds(long value) => value switch
    {
        <= 0 or > CanonicalDocument.LatestMoment => null,
        < FirstMillisecondTimestamp => value * 1000,
        _ => value,
    };
}
