using System.Collections.Concurrent;
using System.Text.Json;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Receiving;
using ClerkSync.Signing;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>
/// One line for each event: time, type, object, result, milliseconds, and what the handlers made of it. Handlers have a moment to come to a result; what
/// they come to later, or when they try again, gets a line of its own.
/// </summary>
internal sealed class EventLines(EventLineText text, TimeProvider clock)
{
    /// <summary>How long a line waits for its handlers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, OpenLine> _open = new(StringComparer.Ordinal);

    /// <summary>A delivery was answered.</summary>
    public void Delivered(VerifiedDelivery delivery, ReceiveOutcome outcome, TimeSpan took, HandlerCatalogue handlers)
    {
        var raw = RawEventReader.Read(delivery.Body).Event;
        var expected = raw is not null && MakesRuns(outcome.Result) ? handlers.All.Count(h => h.Interest.Includes(raw.Type)) : 0;
        var line = new EventLine(
            clock.GetLocalNow(), raw?.Type ?? "-", raw?.ObjectId ?? "-", JsonNamingPolicy.CamelCase.ConvertName(outcome.Result.ToString()), took, outcome.Why ?? "");
        if (expected == 0)
        {
            text.Write(line, [], missing: 0);
            return;
        }

        var open = Open(delivery.Id);
        lock (open)
            (open.Line, open.Expected) = (line, expected);
        WriteWhenComplete(delivery.Id, open);
    }

    /// <summary>A handler has made an attempt, which may well be before the answer to the delivery is on its way.</summary>
    public void AttemptEnded(RunOutcome outcome)
    {
        if (outcome.IsReleased)
            return;
        if (outcome.Run.Attempts > 1 || outcome.Run.IsReplay)
        {
            text.Write(clock.GetLocalNow(), outcome);
            return;
        }

        var open = Open(outcome.Run.MessageId);
        lock (open)
            open.Attempts.Add(outcome);
        WriteWhenComplete(outcome.Run.MessageId, open);
    }

    /// <summary>A request was not taken.</summary>
    public void Refused(int status, string path, DeliveryRefusal? refusal) => text.Write(clock.GetLocalNow(), status, path, refusal);

    private static bool MakesRuns(ReceiveResult result) =>
        result is ReceiveResult.Applied or ReceiveResult.Unchanged or ReceiveResult.Stale or ReceiveResult.Deleted or ReceiveResult.Stored;

    private OpenLine Open(string messageId) => _open.GetOrAdd(messageId, id =>
    {
        var open = new OpenLine();
        open.Timer = clock.CreateTimer(_ => Close(id, open), null, Patience, Timeout.InfiniteTimeSpan);
        return open;
    });

    private void WriteWhenComplete(string messageId, OpenLine open)
    {
        bool isComplete;
        lock (open)
            isComplete = open.Line is not null && open.Attempts.Count >= open.Expected;
        if (isComplete)
            Close(messageId, open);
    }

    private void Close(string messageId, OpenLine open)
    {
        if (!_open.TryRemove(KeyValuePair.Create(messageId, open)))
            return;
        lock (open)
        {
            open.Timer?.Dispose();
            if (open.Line is { } line)
                text.Write(line, open.Attempts, open.Expected - open.Attempts.Count);
            else
                open.Attempts.ForEach(attempt => text.Write(clock.GetLocalNow(), attempt));
        }
    }

    /// <summary>A line that waits for its handlers, or results that wait for their line.</summary>
    private sealed class OpenLine
    {
        public EventLine? Line { get; set; }

        public int Expected { get; set; }

        public List<RunOutcome> Attempts { get; } = [];

        public ITimer? Timer { get; set; }
    }
}

/// <summary>What is known of an event when it is answered.</summary>
internal sealed record EventLine(DateTimeOffset At, string Type, string ObjectId, string Result, TimeSpan Took, string Why);
