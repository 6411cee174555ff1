using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClerkSync.Events;

/// <summary>Names of the kinds of metadata, and reading them as a type of the application.</summary>
internal static class MetadataKind
{
    public const string Public = "public_metadata";

    public const string Private = "private_metadata";

    public const string Unsafe = "unsafe_metadata";

    private const int LongestPath = 200;

    /// <summary>Reads metadata.</summary>
    /// <param name="metadata">The document; null when the object has none.</param>
    /// <param name="kind">Which kind it is.</param>
    /// <param name="owner">Whose, for people.</param>
    /// <param name="type">The type of the application.</param>
    /// <returns>The value; null when there are no metadata, also where Clerk writes <c>{}</c> for it.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? Read<T>(JsonElement? metadata, string kind, string owner, JsonTypeInfo<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        if (metadata is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } element || IsEmpty(element))
            return null;
        try
        {
            return element.Deserialize(type);
        }
        catch (JsonException exception)
        {
            // neither its text nor what caused it goes on: a converter may name the value there
            throw Unfit(element, kind, owner, type, exception.Path);
        }
    }

    /// <summary>The same for a document that is text.</summary>
    /// <inheritdoc cref="Read{T}(JsonElement?, string, string, JsonTypeInfo{T})"/>
    public static T? Read<T>(string? metadata, string kind, string owner, JsonTypeInfo<T> type)
        where T : class => Read(metadata is null ? null : (JsonElement?)CanonicalDocument.Parse(System.Text.Encoding.UTF8.GetBytes(metadata)), kind, owner, type);

    private static bool IsEmpty(JsonElement element) => element.ValueKind == JsonValueKind.Object && element.GetPropertyCount() == 0;

    private static ClerkMetadataException Unfit(JsonElement element, string kind, string owner, JsonTypeInfo type, string? where)
    {
        var path = kind + Printable(where);
        var missing = path == kind ? Missing(element, type) : [];
        return new(path, missing.Length > 0
            ? $"{kind} of {owner} do not fit {type.Type.Name}, which requires {string.Join(", ", missing)}. Make it optional there, or write it to Clerk."
            : $"{path} of {owner} does not fit {type.Type.Name}: what is there is of another type or out of range. Change the type, or what is in Clerk.");
    }

    private static string[] Missing(JsonElement element, JsonTypeInfo type)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return [];
        var comparer = type.Options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var present = element.EnumerateObject().Select(m => m.Name).ToHashSet(comparer);
        return [.. type.Properties.Where(p => p.IsRequired && !present.Contains(p.Name)).Select(p => p.Name)];
    }

    /// <summary>What follows the root. Keys of metadata can be anything.</summary>
    private static string Printable(string? path)
    {
        var inside = path is null or "$" ? "" : path.TrimStart('$');
        var text = inside.Length <= LongestPath ? inside : $"{inside[..LongestPath]}…";
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }
}
