using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Values of JSON that may be missing or of another type.</summary>
internal static class JsonNodes
{
    public static string? AsText(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool? AsBool(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static long? AsNumber(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        return value.TryGetValue(out long number) ? number : value.TryGetValue(out int small) ? small : null;
    }

    /// <summary>The texts of a list, or the one text that stands in its place.</summary>
    public static IEnumerable<string> AsTexts(this JsonNode? node) => node switch
    {
        JsonArray items => items.Select(i => i.AsText()).OfType<string>(),
        JsonValue => node.AsText() is { } text ? [text] : [],
        _ => [],
    };

    /// <summary>A copy of the object, or an empty one in its place.</summary>
    public static JsonObject CloneOrEmpty(this JsonNode? node) => node is JsonObject value ? (JsonObject)value.DeepClone() : [];

    /// <summary>A list of texts.</summary>
    public static JsonArray ToJsonArray(this IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)JsonValue.Create(t))]);

    /// <summary>Merges deeply; a member that is null in the changes is removed, at any depth.</summary>
    public static void Merge(JsonObject into, JsonObject changes)
    {
        foreach (var (name, change) in changes)
        {
            if (change is null)
                into.Remove(name);
            else if (change is JsonObject inner && into[name] is JsonObject present)
                Merge(present, inner);
            else if (change is JsonObject fresh)
                into[name] = Merged(fresh);
            else
                into[name] = change.DeepClone();
        }
    }

    private static JsonObject Merged(JsonObject changes)
    {
        JsonObject result = [];
        Merge(result, changes);
        return result;
    }
}
