using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ClerkSync.Events;

namespace ClerkSync;

/// <summary>
/// What to merge into metadata: for each kind a JSON object. Objects are merged member by member, at any depth; a member that is null is removed; everything else,
/// an array too, replaces what was there. A kind that is not named here stays as it is.
/// </summary>
/// <remarks>
/// A property that is null in a value of yours removes the member. Where it shall leave it alone, read the type with
/// <c>DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull</c>.
/// </remarks>
public sealed class ClerkMetadataChanges
{
    /// <summary>What is nested deeper the mirror keeps as text only.</summary>
    private const int MaxDepth = Place.DeepestMetadata;

    private readonly SortedDictionary<string, JsonElement> _kinds = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, JsonElement> Kinds => _kinds;

    /// <summary>Changes what browsers may read and only your server may write.</summary>
    /// <param name="changes">The members that change.</param>
    /// <returns>The same changes.</returns>
    /// <exception cref="ArgumentException">It is nested deeper than 20 levels.</exception>
    public ClerkMetadataChanges Public(JsonObject changes) => Set(MetadataKind.Public, Write(changes));

    /// <inheritdoc cref="Public(JsonObject)"/>
    /// <exception cref="ArgumentException">It is no object, or nested deeper than 20 levels.</exception>
    public ClerkMetadataChanges Public(JsonElement changes) => Set(MetadataKind.Public, Write(changes));

    /// <summary>Changes what browsers may read and only your server may write. See the remarks of the class about null.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="changes">The members that change.</param>
    /// <param name="type">How the type is written, for example <c>AppJsonContext.Default.CustomerMetadata</c>.</param>
    /// <returns>The same changes.</returns>
    /// <exception cref="ArgumentException">It is no object, or nested deeper than 20 levels.</exception>
    public ClerkMetadataChanges Public<T>(T changes, JsonTypeInfo<T> type) => Set(MetadataKind.Public, Write(changes, type));

    /// <summary>Changes what only your server may read and write.</summary>
    /// <inheritdoc cref="Public(JsonObject)"/>
    public ClerkMetadataChanges Private(JsonObject changes) => Set(MetadataKind.Private, Write(changes));

    /// <summary>Changes what only your server may read and write.</summary>
    /// <inheritdoc cref="Public(JsonElement)"/>
    public ClerkMetadataChanges Private(JsonElement changes) => Set(MetadataKind.Private, Write(changes));

    /// <summary>Changes what only your server may read and write. See the remarks of the class about null.</summary>
    /// <inheritdoc cref="Public{T}(T, JsonTypeInfo{T})"/>
    public ClerkMetadataChanges Private<T>(T changes, JsonTypeInfo<T> type) => Set(MetadataKind.Private, Write(changes, type));

    /// <summary>Changes what the user may write as well. Organizations have no such metadata.</summary>
    /// <inheritdoc cref="Public(JsonObject)"/>
    public ClerkMetadataChanges Unsafe(JsonObject changes) => Set(MetadataKind.Unsafe, Write(changes));

    /// <summary>Changes what the user may write as well. Organizations have no such metadata.</summary>
    /// <inheritdoc cref="Public(JsonElement)"/>
    public ClerkMetadataChanges Unsafe(JsonElement changes) => Set(MetadataKind.Unsafe, Write(changes));

    /// <summary>Changes what the user may write as well. Organizations have no such metadata. See the remarks of the class about null.</summary>
    /// <inheritdoc cref="Public{T}(T, JsonTypeInfo{T})"/>
    public ClerkMetadataChanges Unsafe<T>(T changes, JsonTypeInfo<T> type) => Set(MetadataKind.Unsafe, Write(changes, type));

    private ClerkMetadataChanges Set(string kind, ReadOnlyMemory<byte> changes)
    {
        var element = Parse(kind, changes);
        _kinds[kind] = element.ValueKind == JsonValueKind.Object
            ? element
            : throw new ArgumentException($"The changes of {kind} are of the kind {element.ValueKind}; metadata are a JSON object. Put the value under a name.", nameof(changes));
        return this;
    }

    private static JsonElement Parse(string kind, ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            // what is written here is JSON: nothing else can be wrong with it
            throw new ArgumentException($"The changes of {kind} are nested deeper than {MaxDepth} levels, or name a member twice. Keep metadata flat.", nameof(text), exception);
        }
    }

    private static ReadOnlyMemory<byte> Write(JsonObject changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return Write(writer => changes.WriteTo(writer));
    }

    private static ReadOnlyMemory<byte> Write(JsonElement changes)
    {
        if (changes.ValueKind == JsonValueKind.Undefined)
            throw new ArgumentException("The changes are a JsonElement without a value. Give it a JSON object.", nameof(changes));
        try
        {
            return Write(writer => changes.WriteTo(writer));
        }
        catch (InvalidOperationException exception)
        {
            throw new ArgumentException("The changes hold half a character: an escape such as \\ud83d without its other half.", nameof(changes), exception);
        }
    }

    private static ReadOnlyMemory<byte> Write<T>(T changes, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(type);
        return Write(writer => JsonSerializer.Serialize(writer, changes, type));
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { MaxDepth = 10_000 }))
            write(writer);
        return text.WrittenMemory;
    }
}
