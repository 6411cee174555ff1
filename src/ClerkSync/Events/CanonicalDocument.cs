using System.Text;
using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>Reads from canonical documents, and makes smaller ones of them. Their keys are plain and unique, so nothing here can surprise.</summary>
internal static class CanonicalDocument
{
    /// <summary>The last millisecond of the year 9999, in Unix milliseconds: the latest moment that .NET and both databases can hold.</summary>
    public const long LatestMoment = 253_402_300_799_999;

    public static JsonElement Parse(ReadOnlyMemory<byte> document)
    {
        var reader = new Utf8JsonReader(document.Span, new JsonReaderOptions { MaxDepth = 2 * Place.DeepestDocument });
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>A text that can be a key: not empty, at most 191 characters, whole, nothing that a log or a terminal would stumble over.</summary>
    public static string? Id(JsonElement element, string name)
    {
        var text = Text(element, name);
        return text is not null && IsName(text) ? text : null;
    }

    /// <summary>Whether a text can be a key or name. One that had to be repaired cannot: the same repair makes two texts one.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= RawEventReader.LongestName
        && !text.AsSpan().ContainsAnyInRange('\0', ' ') && !text.AsSpan().ContainsAnyInRange('\u007F', '\u00A0') && !text.Contains('\uFFFD', StringComparison.Ordinal);

    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A moment in Unix milliseconds, or null when it is missing or no moment.</summary>
    public static long? Moment(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var ms) && ms is > 0 and <= LatestMoment
            ? ms
            : null;

    /// <summary>An object inside, or null.</summary>
    public static JsonElement? Object(JsonElement element, string name) => Member(element, name, JsonValueKind.Object);

    /// <summary>The items of an array inside; none when there is no array.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Member(element, name, JsonValueKind.Array) is { } array ? array.EnumerateArray() : [];

    public static ReadOnlyMemory<byte> Bytes(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());

    /// <summary>The document without some of its members.</summary>
    public static ReadOnlyMemory<byte> Without(JsonElement element, params ReadOnlySpan<string> names) =>
        names.Length == 0 ? Bytes(element) : Build(element, names);

    /// <summary>The document without some of its members and with others, in canonical order.</summary>
    public static ReadOnlyMemory<byte> Build(JsonElement element, ReadOnlySpan<string> without, params ReadOnlySpan<(string Name, JsonElement Value)> with)
    {
        var members = new SortedDictionary<string, string>(Utf8Order.Instance);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (!without.Contains(member.Name))
                    members[Written(member.Name)] = member.Value.GetRawText();
            }
        }

        foreach (var (name, value) in with)
            members[Written(name)] = value.GetRawText();

        using var text = new ByteBuffer(256);
        text.Append((byte)'{');
        foreach (var (name, value) in members)
        {
            if (text.Length > 1)
                text.Append((byte)',');
            text.Append((byte)'"');
            text.Append(Encoding.UTF8.GetBytes(name));
            text.Append("\":"u8);
            text.Append(Encoding.UTF8.GetBytes(value));
        }

        text.Append((byte)'}');
        return text.ToArray();
    }

    /// <summary>A key as the document has it, escapes included, without its quotes.</summary>
    private static string Written(string name)
    {
        using var text = new ByteBuffer(name.Length + 2);
        JsonText.Write(Encoding.UTF8.GetBytes(name), text);
        return Encoding.UTF8.GetString(text.Written[1..^1]);
    }

    private static JsonElement? Member(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    /// <summary>The order of the canonical writer: by the bytes of the keys as they are written.</summary>
    private sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
    }
}
