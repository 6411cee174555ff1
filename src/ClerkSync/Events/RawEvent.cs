using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>
/// An event as the mirror needs it: the envelope, and the object as one canonical document. Made by <see cref="RawEventReader"/> in
/// one pass over the body. Typed records for users' code are made elsewhere, when somebody asks for them.
/// </summary>
internal sealed class RawEvent(string type, long? occurredAt, string? instanceId, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> payload, DocumentRepairs repairs)
{
    private JsonElement? _data;
    private string? _objectId;
    private bool _hasLookedForId;

    /// <summary>For example <c>user.created</c>.</summary>
    public string Type { get; } = type;

    /// <summary>When the event happened, in Unix milliseconds by Clerk's clock; null when the body does not say.</summary>
    public long? OccurredAt { get; } = occurredAt;

    public string? InstanceId { get; } = instanceId;

    /// <summary>The object: compact UTF-8 JSON, keys sorted, escapes decoded, secrets cut out.</summary>
    public ReadOnlyMemory<byte> Document { get; } = document;

    /// <summary>Clerk's own bytes of the whole body, with the secrets cut out.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>What had to be changed so that every database can hold the document.</summary>
    public DocumentRepairs Repairs { get; } = repairs;

    /// <summary>The document, parsed.</summary>
    public JsonElement Data => _data ??= CanonicalDocument.Parse(Document);

    /// <summary>The object's id, or null when there is none that could be a key.</summary>
    public string? ObjectId
    {
        get
        {
            if (!_hasLookedForId)
                (_objectId, _hasLookedForId) = (CanonicalDocument.Id(Data, "id"), true);
            return _objectId;
        }
    }

    public bool IsCreation => Type.EndsWith(".created", StringComparison.Ordinal);

    public bool IsDeletion => Type.EndsWith(".deleted", StringComparison.Ordinal);
}

/// <summary>Changes made to a document because no database could hold it as it came.</summary>
[Flags]
internal enum DocumentRepairs
{
    None = 0,

    /// <summary>U+0000 or a lone surrogate became U+FFFD.</summary>
    Characters = 1,

    /// <summary>A number beyond 64 bits, or beyond a double, became a string.</summary>
    Numbers = 2,

    /// <summary>Something nested too deeply became a string.</summary>
    Depth = 4,
}

/// <summary>An event, or the reason why the body is none.</summary>
/// <param name="Event">The event, or null.</param>
/// <param name="Why">The reason, for people; null when there is an event. Holds no payload.</param>
/// <param name="Payload">What may be stored of the body.</param>
internal readonly record struct RawEventReading(RawEvent? Event, string? Why, ReadOnlyMemory<byte> Payload);
