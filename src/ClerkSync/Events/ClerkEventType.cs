using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>What is known about one event type.</summary>
public sealed class ClerkEventType
{
    private readonly Func<JsonElement, ClerkEvent?> read;
    private readonly Action<EventTypeVisitor> accept;

    private ClerkEventType(string name, Type eventType, Type dataType, Func<JsonElement, ClerkEvent?> read, Action<EventTypeVisitor> accept)
    {
        (Name, EventType, DataType, this.read, this.accept) = (name, eventType, dataType, read, accept);
    }

    /// <summary>The exact name, for example <c>user.created</c>.</summary>
    public string Name { get; }

    /// <summary>The record it is read as, for example <see cref="UserCreated"/>.</summary>
    public Type EventType { get; }

    /// <summary>The record of its <c>data</c>, for example <see cref="User"/>.</summary>
    public Type DataType { get; }

    /// <summary>How much of the object is in <c>data</c>.</summary>
    public ClerkEventData Data { get; private init; }

    /// <summary>The mirror table that holds the objects, without prefix or schema. Null when they are not mirrored.</summary>
    public string? MirrorTable { get; private init; }

    /// <summary>When Clerk sends it: a sentence or two for people.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it is in Clerk's published specification. Otherwise it was once, or is named elsewhere; its shape is a guess.</summary>
    public bool IsSpecified { get; private init; }

    /// <summary>The name.</summary>
    /// <returns>For example <c>user.created</c>.</returns>
    public override string ToString() => Name;

    internal static ClerkEventType Of<TEvent, TData>(
        string name, Func<TData, TEvent> create, string? mirrorTable, string description, ClerkEventData data = ClerkEventData.Full, bool isSpecified = true)
        where TEvent : ClerkEvent
        where TData : ClerkResource =>
        new(name, typeof(TEvent), typeof(TData), json => ClerkObjectReader.Read<TData>(json) is { } resource ? create(resource) : null, visitor => visitor.Visit<TEvent>(name))
        {
            MirrorTable = mirrorTable,
            Description = description,
            Data = data,
            IsSpecified = isSpecified,
        };

    /// <summary>Makes the event of its data. Null when the data has no id.</summary>
    internal ClerkEvent? Read(JsonElement data) => read(data);

    /// <summary>Calls the visitor with the record as type argument.</summary>
    internal void Accept(EventTypeVisitor visitor) => accept(visitor);
}

/// <summary>How much of the object an event carries.</summary>
public enum ClerkEventData
{
    /// <summary>The whole object.</summary>
    Full,

    /// <summary>The id and little more: the object is deleted.</summary>
    Stub,

    /// <summary>Clerk's sources disagree: expect either.</summary>
    StubOrFull,
}
