using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>
/// Clerk's deep merge: objects are merged member by member, null removes a member at any depth, and everything else replaces what was there. Follows the changes down, and
/// never what is there: changes have a depth that was checked.
/// </summary>
internal static class MetadataMerge
{
    private const int EscapeLength = 6;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 100_000, SkipValidation = true };

    /// <summary>Whether a merge would change anything. To remove what is not there changes nothing.</summary>
    /// <param name="present">What is there; anything but an object counts as an empty one.</param>
    /// <param name="changes">An object.</param>
    public static bool Changes(JsonElement present, JsonElement changes)
    {
        foreach (var change in changes.EnumerateObject())
        {
            var known = Member(present, change.Name);
            var differs = change.Value.ValueKind switch
            {
                JsonValueKind.Null => known is not null,
                JsonValueKind.Object when known is { ValueKind: JsonValueKind.Object } inner => Changes(inner, change.Value),
                JsonValueKind.Object when known is null => !OnlyRemoves(change.Value),
                _ => known is null || !AreSame(known.Value, change.Value),
            };
            if (differs)
                return true;
        }

        return false;
    }

    /// <summary>How many bytes the merged document would have as compact UTF-8 JSON.</summary>
    /// <inheritdoc cref="Changes"/>
    public static int SizeOf(JsonElement present, JsonElement changes)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(text, Options))
            Write(writer, present, changes);
        return text.WrittenCount - SurplusOf(text.WrittenSpan);
    }

    /// <summary>How many bytes escapes take that need not be: the writer escapes what lies beyond the first plane, and Clerk counts it as UTF-8.</summary>
    private static int SurplusOf(ReadOnlySpan<byte> json)
    {
        var surplus = 0;
        for (var at = 0; json[at..].IndexOf((byte)'\\') is var next and >= 0;)
        {
            at += next;
            if (json[at + 1] != 'u')
            {
                at += 2;
                continue;
            }

            var unit = (char)int.Parse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            var isPair = char.IsHighSurrogate(unit);
            var escaped = isPair ? 2 * EscapeLength : EscapeLength;
            surplus += escaped - (isPair ? 4 : unit < ' ' ? EscapeLength : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3);
            at += escaped;
        }

        return surplus;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement? present, JsonElement changes)
    {
        writer.WriteStartObject();
        if (present is { ValueKind: JsonValueKind.Object } known)
        {
            foreach (var member in known.EnumerateObject())
            {
                if (!changes.TryGetProperty(member.Name, out _))
                {
                    writer.WritePropertyName(member.Name);
                    member.Value.WriteTo(writer);
                }
            }
        }

        foreach (var change in changes.EnumerateObject().Where(c => c.Value.ValueKind != JsonValueKind.Null))
        {
            writer.WritePropertyName(change.Name);
            if (change.Value.ValueKind == JsonValueKind.Object)
                Write(writer, present is { } parent ? Member(parent, change.Name) : null, change.Value);
            else
                change.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool OnlyRemoves(JsonElement changes) =>
        changes.GetPropertyCount() > 0
        && changes.EnumerateObject().All(c => c.Value.ValueKind == JsonValueKind.Null || (c.Value.ValueKind == JsonValueKind.Object && OnlyRemoves(c.Value)));

    /// <summary>Numbers are the same when they are for whoever keeps them as floating point: a difference that cannot be written must not be written for ever.</summary>
    private static bool AreSame(JsonElement one, JsonElement other)
    {
        if (one.ValueKind != other.ValueKind)
            return false;
        switch (one.ValueKind)
        {
            case JsonValueKind.Number:
                return JsonElement.DeepEquals(one, other) || (one.TryGetDouble(out var first) && other.TryGetDouble(out var second) && first.Equals(second));
            case JsonValueKind.Array:
                return one.GetArrayLength() == other.GetArrayLength() && one.EnumerateArray().Zip(other.EnumerateArray()).All(pair => AreSame(pair.First, pair.Second));
            case JsonValueKind.Object:
                return one.GetPropertyCount() == other.GetPropertyCount()
                    && one.EnumerateObject().All(m => other.TryGetProperty(m.Name, out var value) && AreSame(m.Value, value));
            default:
                return JsonElement.DeepEquals(one, other);
        }
    }
}
