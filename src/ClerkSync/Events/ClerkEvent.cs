using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>
/// Something that happened at Clerk. Each event type has a record (<see cref="UserCreated"/>), each kind of object a family above it
/// (<see cref="UserEvent"/>), and what this version does not know is an <see cref="UnknownEvent"/>.
/// </summary>
public abstract record ClerkEvent
{
    // Clerk documents milliseconds; the examples of its specification are seconds. 1e11 seconds is the year 5138, 1e11 ms was in 1973.
    private const long FirstMilliseconds = 100_000_000_000;

    private protected ClerkEvent()
    {
    }

    /// <summary>The exact name of the event type, for example <c>user.created</c>.</summary>
    public abstract string Type { get; }

    /// <summary>When it happened, as Clerk wrote it: Unix milliseconds, in some examples seconds. Null when missing. Prefer <see cref="OccurredAt"/>.</summary>
    public long? Timestamp { get; init; }

    /// <summary>
    /// When it happened at Clerk, not when it was sent or arrived. A <see cref="Timestamp"/> below 100,000,000,000 is read as seconds.
    /// Null when missing or beyond the years 1 to 9999.
    /// </summary>
    public DateTimeOffset? OccurredAt => Timestamp switch
    {
        null => null,
        < FirstMilliseconds and { } seconds => UnixTime.FromSeconds(seconds),
        { } milliseconds => UnixTime.FromMilliseconds(milliseconds),
    };

    /// <summary>The Clerk instance, <c>ins_…</c>: development and production differ. Null in some examples.</summary>
    public string? InstanceId { get; init; }

    /// <summary>What caused the event. Null when Clerk does not say.</summary>
    public EventAttributes? EventAttributes { get; init; }

    /// <summary>Always <c>event</c>. Null when missing.</summary>
    public string? ObjectType { get; init; } = "event";

    /// <summary>Id of the object the event is about, <c>data.id</c>. Null only for an <see cref="UnknownEvent"/> without one.</summary>
    public virtual string? ObjectId => Resource?.Id;

    /// <summary>Fields of the envelope that no member holds: unknown ones, explicit nulls and values of an unexpected type. Usually empty.</summary>
    public IReadOnlyDictionary<string, JsonElement> ExtensionData { get; init; } = NoExtensionData;

    internal static IReadOnlyDictionary<string, JsonElement> NoExtensionData { get; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    internal abstract ClerkResource? Resource { get; }

    /// <summary>Type and id and nothing else, so that no personal data reaches a log by accident.</summary>
    /// <returns>For example <c>user.created user_3BnYl8WR51kNpzKBU6zh5XiwIBp</c>.</returns>
    public sealed override string ToString() => $"{Type} {ObjectId}";
}

/// <summary>An event of a type that this version does not know. Nothing is wrong with it: Clerk adds types.</summary>
public sealed record UnknownEvent : ClerkEvent
{
    /// <summary>Makes an event of any type.</summary>
    /// <param name="type">The exact name of the type.</param>
    public UnknownEvent(string type)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        Type = type;
    }

    /// <inheritdoc/>
    public override string Type { get; }

    /// <summary>The <c>data</c> of the event, free JSON. Null when missing.</summary>
    public JsonElement? Data { get; init; }

    /// <inheritdoc/>
    public override string? ObjectId =>
        Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;

    internal override ClerkResource? Resource => null;
}
