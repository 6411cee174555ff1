namespace ClerkSync.Handlers;

/// <summary>What a handler may want to know beside the event. To test a handler, make one yourself.</summary>
public sealed class ClerkEventContext
{
    /// <summary>The message's id (<c>svix-id</c>), the same on every attempt and replay: use it as an idempotency key towards other systems.</summary>
    public required string MessageId { get; init; }

    /// <summary>The handler's name.</summary>
    public string HandlerName { get; init; } = "";

    /// <summary>Which attempt this is: 1 for the first. A replay begins again with 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Whether somebody asked for this event to be handled again (<c>clerksync inbox replay --handler</c>).</summary>
    public bool IsReplay { get; init; }

    /// <summary>
    /// Whether the event came too late: when it was applied, the mirror already held a newer state of the object, or its deletion; on a replay, also
    /// whether a newer state has come since. The event is true all the same: it happened.
    /// </summary>
    public bool IsStale { get; init; }

    /// <summary>Whether the mirror shows the event. False when the message was given up because it could not be stored in the mirror tables.</summary>
    public bool IsApplied { get; init; } = true;

    /// <summary>When the first delivery of the message arrived, by this application's clock.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The services of this run's scope; a handler class gets the same ones injected.</summary>
    public required IServiceProvider Services { get; init; }

    internal static ClerkEventContext Of(ClaimedRun run, IServiceProvider services) => new()
    {
        MessageId = run.MessageId,
        HandlerName = run.Handler,
        Attempt = (int)run.Attempts,
        IsReplay = run.IsReplay,
        IsStale = run.IsStale,
        IsApplied = run.IsApplied,
        ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(run.ReceivedAt),
        Services = services,
    };
}
