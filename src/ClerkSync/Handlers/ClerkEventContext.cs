namespace ClerkSync.Handlers;

/// <summary>What a handler may want to know beside the event.</summary>
public sealed class ClerkEventContext
{
    internal ClerkEventContext(ClaimedRun run, IServiceProvider services)
    {
        Run = run;
        Services = services;
    }

    /// <summary>The message's id (<c>svix-id</c>), the same on every attempt and replay: use it as an idempotency key towards other systems.</summary>
    public string MessageId => Run.MessageId;

    /// <summary>The handler's name.</summary>
    public string HandlerName => Run.Handler;

    /// <summary>Which attempt this is: 1 for the first. A replay begins again with 1.</summary>
    public int Attempt => (int)Run.Attempts;

    /// <summary>Whether somebody asked for this event to be handled again (<c>clerksync inbox replay --handler</c>).</summary>
    public bool IsReplay => Run.IsReplay;

    /// <summary>
    /// Whether the event came too late: when it was applied, the mirror already held a newer state of the object, or its deletion. The event is true all the same: it happened.
    /// </summary>
    public bool IsStale => Run.IsStale;

    /// <summary>Whether the mirror shows the event. False when the message was given up because it could not be stored in the mirror tables.</summary>
    public bool IsApplied => Run.IsApplied;

    /// <summary>When the first delivery of the message arrived, by this application's clock.</summary>
    public DateTimeOffset ReceivedAt => DateTimeOffset.FromUnixTimeMilliseconds(Run.ReceivedAt);

    /// <summary>The services of this run's scope; a handler class gets the same ones injected.</summary>
    public IServiceProvider Services { get; }

    internal ClaimedRun Run { get; }
}
