using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>One object of the instance, with the members that it owns. What other objects lend it (a membership's organization) is added when it is rendered.</summary>
internal sealed class Entity(string id, long sequence, JsonObject data)
{
    private byte[]? _rendered;

    public string Id { get; } = id;

    /// <summary>Tells objects of one millisecond apart: the order in which they came to be.</summary>
    public long Sequence { get; } = sequence;

    public JsonObject Data { get; } = data;

    public long CreatedAt => Number("created_at") ?? 0;

    public Position Position => new(CreatedAt, Sequence);

    /// <summary>The members it owns, as JSON.</summary>
    public byte[] Rendered => _rendered ??= SortedJson.Render(Data);

    /// <summary>Sets a member. A node that belongs to somebody else has to be cloned first.</summary>
    public JsonNode? this[string name]
    {
        get => Data[name];
        set
        {
            Data[name] = value;
            Forget();
        }
    }

    public string? Text(string name) => Data[name].AsText();

    public long? Number(string name) => Data[name].AsNumber();

    public bool Is(string name) => Data[name].AsBool() ?? false;

    /// <summary>To be called when the data were changed from outside.</summary>
    public void Forget() => _rendered = null;
}

/// <summary>Where an object stands in the order of creation.</summary>
internal readonly record struct Position(long CreatedAt, long Sequence) : IComparable<Position>
{
    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;

    public int CompareTo(Position other) => (CreatedAt, Sequence).CompareTo((other.CreatedAt, other.Sequence));
}
