using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>
/// Writes JSON as Clerk sends it: compact, keys sorted on every level, no escapes that JSON does not demand. Some verifiers parse a body and write
/// it anew before they look at its signature, so it has to be what <c>JSON.stringify</c> would write.
/// </summary>
internal static class SortedJson
{
    /// <summary>Writes an object, and members that are rendered already among its own. A rendered member replaces one of the object.</summary>
    public static byte[] Render(JsonObject value, params ReadOnlySpan<(string Name, ReadOnlyMemory<byte> Json)> rendered)
    {
        var members = new List<(string Name, JsonNode? Node, ReadOnlyMemory<byte> Json)>(value.Count + rendered.Length);
        foreach (var (name, node) in value)
        {
            if (!IsAmong(rendered, name))
                members.Add((name, node, default));
        }

        foreach (var (name, json) in rendered)
            members.Add((name, null, json));
        members.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));

        using var buffer = new ByteBuffer(1024);
        buffer.Append((byte)'{');
        var isFirst = true;
        foreach (var (name, node, json) in members)
        {
            WriteName(buffer, name, ref isFirst);
            if (json.IsEmpty)
                Write(buffer, node);
            else
                buffer.Append(json.Span);
        }

        buffer.Append((byte)'}');
        return buffer.ToArray();
    }

    /// <summary>Writes a list of values that are rendered already.</summary>
    public static byte[] RenderList(IEnumerable<ReadOnlyMemory<byte>> items)
    {
        using var buffer = new ByteBuffer(1024);
        buffer.Append((byte)'[');
        var isFirst = true;
        foreach (var item in items)
        {
            WriteComma(buffer, ref isFirst);
            buffer.Append(item.Span);
        }

        buffer.Append((byte)']');
        return buffer.ToArray();
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

    private static void Write(ByteBuffer buffer, JsonNode? node)
    {
        var isFirst = true;
        switch (node)
        {
            case null:
                buffer.Append("null"u8);
                break;
            case JsonObject members:
                buffer.Append((byte)'{');
                foreach (var (name, value) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    WriteName(buffer, name, ref isFirst);
                    Write(buffer, value);
                }

                buffer.Append((byte)'}');
                break;
            case JsonArray items:
                buffer.Append((byte)'[');
                foreach (var item in items)
                {
                    WriteComma(buffer, ref isFirst);
                    Write(buffer, item);
                }

                buffer.Append((byte)']');
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                JsonText.Write(Encoding.UTF8.GetBytes(value.GetValue<string>()), buffer);
                break;
            default:
                buffer.Append(Encoding.UTF8.GetBytes(node.ToJsonString()));
                break;
        }
    }

    private static void WriteName(ByteBuffer buffer, string name, ref bool isFirst)
    {
        WriteComma(buffer, ref isFirst);
        JsonText.Write(Encoding.UTF8.GetBytes(name), buffer);
        buffer.Append((byte)':');
    }

    private static void WriteComma(ByteBuffer buffer, ref bool isFirst)
    {
        if (!isFirst)
            buffer.Append((byte)',');
        isFirst = false;
    }
}
