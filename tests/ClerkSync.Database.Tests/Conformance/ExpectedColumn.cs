using System.Text.Json;
using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.Conformance;

/// <summary>What a generated column must show, worked out from the document without SQL.</summary>
internal static class ExpectedColumn
{
    public static string? Of(JsonElement document, GeneratedColumn column) =>
        column.Paths.Select(path => Value(document, path, column.Kind)).FirstOrDefault(v => v is not null);

    /// <summary>JSON has many spellings; the compact one is compared.</summary>
    public static string? Comparable(ColumnKind kind, string? shown) => kind == ColumnKind.Json && shown is not null ? Compact(shown) : shown;

    private static string? Value(JsonElement document, string[] path, ColumnKind kind)
    {
        var at = document;
        foreach (var step in path)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                return null;
        }

        return (kind, at.ValueKind) switch
        {
            (ColumnKind.Text or ColumnKind.Id, JsonValueKind.String) => at.GetString(),
            (ColumnKind.Boolean, JsonValueKind.True) => "1",
            (ColumnKind.Boolean, JsonValueKind.False) => "0",
            (ColumnKind.Integer or ColumnKind.Timestamp, JsonValueKind.Number) => at.GetRawText(),
            (ColumnKind.Json, JsonValueKind.Object or JsonValueKind.Array) => Compact(at.GetRawText()),
            _ => null,
        };
    }

    private static string Compact(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            WriteSorted(writer, document.RootElement);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteSorted(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteSorted(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteSorted(writer, item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
