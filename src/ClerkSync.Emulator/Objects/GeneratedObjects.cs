using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>Objects that exist from the start and are made whenever somebody asks for them: a million of them need no memory.</summary>
internal abstract class GeneratedObjects(int count)
{
    public int Count { get; } = count;

    public abstract string IdOf(int index);

    public abstract int? IndexOf(string id);

    public abstract long CreatedAt(int index);

    protected int? IndexOf(ClerkIds ids, string prefix, string id) => ids.NumberOf(prefix, id) is { } number and >= 0 && number < Count ? (int)number : null;

    /// <summary>Writes the members that the object owns, sorted, as <see cref="Entity.Rendered"/> would be.</summary>
    public abstract void Write(int index, ByteBuffer into);
}

/// <summary>One object of a list: an entity, or the index of a generated object that nobody has changed.</summary>
internal readonly record struct Row(Entity? Entity, int Index);
