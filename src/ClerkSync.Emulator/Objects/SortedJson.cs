using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Writes JSON as Clerk sends it: compact, keys sorted on every level, no escapes that JSON does not demand.</summary>
internal static class SortedJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes an object, and members that are rendered already among its own. A rendered member replaces one of the object.</summary>
    public static byte[] Render(JsonObject value, params ReadOnlySpan<(string Name, ReadOnlyMemory<byte> Json)> rendered)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, Options);
        var members = new List<(string Name, JsonNode? Node, ReadOnlyMemory<byte> Json)>(value.Count + rendered.Length);
        foreach (var (name, node) in value)
        {
            if (!IsAmong(rendered, name))
                members.Add((name, node, default));
        }

        foreach (var (name, json) in rendered)
            members.Add((name, null, json));
        members.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        writer.WriteStartObject();
        foreach (var (name, node, json) in members)
        {
            writer.WritePropertyName(name);
            if (json.IsEmpty)
                Write(writer, node);
            else
                writer.WriteRawValue(json.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes any value.</summary>
    public static byte[] Render(JsonNode? value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, Options);
        Write(writer, value);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a list of values that are rendered already.</summary>
    public static byte[] RenderList(IEnumerable<ReadOnlyMemory<byte>> items)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartArray();
        foreach (var item in items)
            writer.WriteRawValue(item.Span, skipInputValidation: true);
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static bool IsAmong(ReadOnlySpan<(string Name, ReadOnlyMemory<byte> Json)> rendered, string name)
    {
        foreach (var (other, _) in rendered)
        {
            if (other == name)
                return true;
        }

        return false;
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject members:
                writer.WriteStartObject();
                foreach (var (name, value) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
