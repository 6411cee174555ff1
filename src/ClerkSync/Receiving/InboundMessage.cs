using System.Runtime.ExceptionServices;
using ClerkSync.Events;
using ClerkSync.Inbox;
using ClerkSync.Mirror;

namespace ClerkSync.Receiving;

/// <summary>A message on its way into the database, read but not yet stored.</summary>
internal sealed class InboundMessage
{
    private readonly IReadOnlyList<MirrorChange> _changes = [];
    private readonly ExceptionDispatchInfo? _failure;

    private InboundMessage(string id, long receivedAt, ReadOnlyMemory<byte> body, long attempts, bool isReplay)
    {
        Id = id;
        ReceivedAt = receivedAt;
        Attempts = attempts;
        IsReplay = isReplay;
        var reading = RawEventReader.Read(body);
        Event = reading.Event;
        Why = reading.Why;
        Payload = reading.Payload;
        Body = body;
        Mentions = reading.Event is { } raw ? MentionsReader.Read(raw) : default;
        try
        {
            _changes = reading.Event is null ? [] : MirrorChangeReader.Read(reading.Event, id);
        }
        catch (Exception exception)
        {
            // The message is stored all the same: what is wrong with it shows where it is applied, and there it cannot sink others.
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    public string Id { get; }

    /// <summary>Local time in Unix ms.</summary>
    public long ReceivedAt { get; }

    /// <summary>Null when the body is unreadable.</summary>
    public RawEvent? Event { get; }

    /// <summary>Why it is unreadable.</summary>
    public string? Why { get; }

    /// <summary>What may be stored: Clerk's own bytes without secrets.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>All that came, secrets included. A stored message has only its payload.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Whether handlers may need what was cut out of the payload.</summary>
    public bool IsNeededWhole => Event is { } raw && Body.Length > Payload.Length && SecretMembers.NeededWhole.Contains(raw.Type, StringComparer.Ordinal);

    public Mentions Mentions { get; }

    /// <summary>What it says about objects, its subject first. Worked out before the writer's lock is taken.</summary>
    public IReadOnlyList<MirrorChange> Changes
    {
        get
        {
            _failure?.Throw();
            return _changes;
        }
    }

    /// <summary>Tries in the background so far.</summary>
    public long Attempts { get; }

    /// <summary>Whether it is applied again on demand, whatever became of it before.</summary>
    public bool IsReplay { get; }

    public static InboundMessage Received(string id, long receivedAt, ReadOnlyMemory<byte> body) => new(id, receivedAt, body, attempts: 0, isReplay: false);

    public static InboundMessage Stored(StoredMessage message, ReadOnlyMemory<byte> payload, bool isReplay) =>
        new(message.Id, message.ReceivedAt, payload, message.Attempts, isReplay);

    public InboxEntry ToEntry(string result, string? why, long? nextAttemptAt = null, long attempts = 0) => new()
    {
        Id = Id,
        ReceivedAt = ReceivedAt,
        EventType = Event?.Type,
        InstanceId = Event?.InstanceId,
        Mentions = Mentions,
        EventAt = Event?.OccurredAt,
        Result = result,
        Why = why,
        Attempts = attempts,
        NextAttemptAt = nextAttemptAt,
        Payload = Payload,
    };
}
