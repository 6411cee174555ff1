using System.Text.Json;

namespace ClerkSync.Mirror;

/// <summary>What one message says about one object.</summary>
internal sealed class MirrorChange
{
    public required MirrorTable Table { get; init; }

    public required string Id { get; init; }

    /// <summary>When the event happened, in Unix ms.</summary>
    public required long EventAt { get; init; }

    /// <summary>The new state; null when Clerk told that the object is deleted.</summary>
    public ObjectState? State { get; init; }

    /// <summary>Whether the event proves that the object was alive at <see cref="EventAt"/>.</summary>
    public bool WasAlive { get; init; }

    /// <summary>Ids of the parents, in the table's order; null where the message does not say.</summary>
    public required string?[] ParentIds { get; init; }

    public bool IsDeletion => State is null;
}

/// <summary>One state of an object.</summary>
/// <param name="Version">What orders it among the others.</param>
/// <param name="Data">The document.</param>
/// <param name="Document">The same as bytes.</param>
/// <param name="Origin">Where it came from.</param>
internal sealed record ObjectState(StateVersion Version, JsonElement Data, ReadOnlyMemory<byte> Document, StateOrigin Origin);

/// <summary>Where a state came from.</summary>
/// <param name="Source"><c>webhook</c>.</param>
/// <param name="MessageId">The message; null for other sources.</param>
/// <param name="InstanceId">The instance that the event names, or null.</param>
/// <param name="Repairs">What had to be repaired so that a database can hold it, for people; null for nothing.</param>
internal sealed record StateOrigin(string Source, string? MessageId, string? InstanceId, string? Repairs);

/// <summary>What a change did to the mirror.</summary>
internal enum MirrorOutcome
{
    Applied,
    Unchanged,
    Stale,
    Deleted,
}
