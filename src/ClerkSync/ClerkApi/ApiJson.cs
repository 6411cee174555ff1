using System.Text.Json;

namespace ClerkSync.ClerkApi;

/// <summary>Reads answers without building documents of them: a page has some thousand objects, of which each is wanted as the bytes it came in.</summary>
internal static class ApiJson
{
    /// <summary>The reader needs one bit a level and does not recurse; metadata can be nested some thousand levels deep.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 100_000 };

    /// <summary>Cuts a page into its items, whether it is a bare array or <c>{data, total_count}</c>.</summary>
    /// <exception cref="ClerkApiException">It is neither, or not JSON.</exception>
    public static (IReadOnlyList<ReadOnlyMemory<byte>> Items, long? TotalCount) ReadPage(ReadOnlyMemory<byte> body, string name)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, Options);
            reader.Read();
            var (items, totalCount) = reader.TokenType switch
            {
                JsonTokenType.StartArray => (ReadItems(ref reader, body), null),
                JsonTokenType.StartObject => ReadEnvelope(ref reader, body),
                _ => (null, (long?)null),
            };
            if (items is null)
                throw ApiFailure.WrongShape(name, "a list");
            ReadToEnd(ref reader);
            return (items, totalCount);
        }
        catch (JsonException)
        {
            throw ApiFailure.Damaged(name);
        }
    }

    /// <summary>Checks that an answer is one whole object.</summary>
    /// <exception cref="ClerkApiException">It is something else, or not JSON.</exception>
    public static void CheckObject(ReadOnlySpan<byte> body, string name)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            ReadToEnd(ref reader);
            if (!isObject)
                throw ApiFailure.WrongShape(name, "an object");
        }
        catch (JsonException)
        {
            throw ApiFailure.Damaged(name);
        }
    }

    private static (List<ReadOnlyMemory<byte>>? Items, long? TotalCount) ReadEnvelope(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        List<ReadOnlyMemory<byte>>? items = null;
        long? totalCount = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isData = reader.ValueTextEquals("data"u8);
            var isCount = reader.ValueTextEquals("total_count"u8);
            reader.Read();
            if (isData)
            {
                items = reader.TokenType == JsonTokenType.StartArray ? ReadItems(ref reader, body) : null;
                if (items is null)
                    return (null, null);
                continue;
            }

            if (isCount && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count))
                totalCount = count;
            reader.Skip();
        }

        return (items, totalCount);
    }

    /// <summary>The slices of the objects; null when something else is among them.</summary>
    private static List<ReadOnlyMemory<byte>>? ReadItems(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var items = new List<ReadOnlyMemory<byte>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return null;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(body[start..(int)reader.BytesConsumed]);
        }

        return items;
    }

    private static void ReadToEnd(ref Utf8JsonReader reader)
    {
        while (reader.Read())
            reader.TrySkip();
    }
}
