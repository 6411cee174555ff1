using System.Text.Json;

namespace ClerkSync.Mirror;

/// <summary>What one message, or one answer of Clerk's API, says about one object.</summary>
internal sealed class MirrorChange
{
    public required MirrorTable Table { get; init; }

    public required string Id { get; init; }

    /// <summary>When it was so, by Clerk's clock, in Unix ms.</summary>
    public required long EventAt { get; init; }

    /// <summary>The state; null when the object is deleted or missing.</summary>
    public ObjectState? State { get; init; }

    /// <summary>Whether Clerk, asked for this object, did not have it at <see cref="EventAt"/>. That is a proof, but no deletion that Clerk told.</summary>
    public bool IsAbsence { get; init; }

    /// <summary>Whether it proves that the object was alive at <see cref="EventAt"/>.</summary>
    public bool WasAlive { get; init; }

    /// <summary>What the state prevails over although the rules of order say otherwise.</summary>
    public Overruling Overrules { get; init; }

    /// <summary>Ids of the parents, in the table's order; null where the message does not say.</summary>
    public required string?[] ParentIds { get; init; }

    public static MirrorChange Absence(MirrorTable table, string id, long at) =>
        new() { Table = table, Id = id, EventAt = at, IsAbsence = true, Overrules = Overruling.NewerVersion, ParentIds = new string?[table.Parents.Count] };

    /// <summary>The same, which Clerk was asked for by id because the mirror has something else.</summary>
    public MirrorChange With(Overruling overruling) => new()
    {
        Table = Table,
        Id = Id,
        EventAt = EventAt,
        State = State,
        IsAbsence = IsAbsence,
        WasAlive = WasAlive,
        ParentIds = ParentIds,
        Overrules = overruling,
    };
}

/// <summary>One state of an object.</summary>
/// <param name="Version">What orders it among the others.</param>
/// <param name="Data">The document.</param>
/// <param name="Document">The same as bytes.</param>
/// <param name="Origin">Where it came from.</param>
internal sealed record ObjectState(StateVersion Version, JsonElement Data, ReadOnlyMemory<byte> Document, StateOrigin Origin);

/// <summary>Where a state came from.</summary>
/// <param name="Source"><see cref="Webhook"/>, or who asked Clerk's API.</param>
/// <param name="MessageId">The message; null for other sources.</param>
/// <param name="InstanceId">The instance that the event names, or null.</param>
/// <param name="Repairs">What had to be repaired so that a database can hold it, for people; null for nothing.</param>
internal sealed record StateOrigin(string Source, string? MessageId, string? InstanceId, string? Repairs)
{
    public const string Webhook = "webhook";
    public const string Backfill = "backfill";
    public const string Reconcile = "reconcile";
    public const string ReadThrough = "read_through";

    /// <summary>Nobody told it: an application needed a row to refer to.</summary>
    public const string EnsureUser = "ensure_user";

    /// <summary>Whether an answer of Clerk's API told it. Such a document has other members than a webhook's.</summary>
    public bool IsAnswer => Source != Webhook;
}

/// <summary>What a change did to the mirror.</summary>
internal enum MirrorOutcome
{
    Applied,
    Unchanged,
    Stale,
    Deleted,
}
