using System.Security.Cryptography;

namespace ClerkSync.Mirror;

/// <summary>Orders two states of one object. Only Clerk's clocks take part.</summary>
/// <param name="UpdatedAt">The object's <c>updated_at</c> in ms, or 0 when it has none.</param>
/// <param name="Completeness">How much of the object the state holds.</param>
/// <param name="EventAt">When the event happened, in ms.</param>
/// <param name="Tiebreaker">One byte (0 for <c>.created</c>, else 1) and the SHA-256 of the document: 33 bytes.</param>
internal readonly record struct StateVersion(long UpdatedAt, Completeness Completeness, long EventAt, ReadOnlyMemory<byte> Tiebreaker) : IComparable<StateVersion>
{
    public static ReadOnlyMemory<byte> TiebreakerOf(bool isCreation, ReadOnlySpan<byte> document)
    {
        var bytes = new byte[1 + SHA256.HashSizeInBytes];
        bytes[0] = isCreation ? (byte)0 : (byte)1;
        SHA256.HashData(document, bytes.AsSpan(1));
        return bytes;
    }

    public bool HasSameDocument(StateVersion other) => Tiebreaker.Span[1..].SequenceEqual(other.Tiebreaker.Span[1..]);

    public int CompareTo(StateVersion other)
    {
        var order = UpdatedAt.CompareTo(other.UpdatedAt);
        if (order == 0)
            order = Completeness.CompareTo(other.Completeness);
        if (order == 0)
            order = EventAt.CompareTo(other.EventAt);
        return order == 0 ? Tiebreaker.Span.SequenceCompareTo(other.Tiebreaker.Span) : order;
    }

    public bool Equals(StateVersion other) => CompareTo(other) == 0;

    public override int GetHashCode() => HashCode.Combine(UpdatedAt, Completeness, EventAt);

    public static bool operator <(StateVersion left, StateVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(StateVersion left, StateVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(StateVersion left, StateVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StateVersion left, StateVersion right) => left.CompareTo(right) >= 0;
}

/// <summary>How much of an object a state holds; decides between states of the same <c>updated_at</c>.</summary>
internal enum Completeness
{
    /// <summary>Made from a block without a version: <c>public_user_data</c>, <c>payer</c>.</summary>
    Stub = 0,

    /// <summary>Embedded in another object, with a version of its own.</summary>
    Embedded = 1,

    /// <summary>The subject of an event or of an API answer.</summary>
    Full = 2,
}
