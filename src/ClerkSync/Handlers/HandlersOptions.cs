namespace ClerkSync.Handlers;

/// <summary>How handlers share their work among servers.</summary>
public sealed class HandlersOptions
{
    /// <summary>
    /// How long a server holds a line, which is one handler's runs about one object, without a sign of life; then another server takes over. Renewed while a handler works, so it bounds
    /// the wait after a crash, not the handler. One second to one hour.
    /// </summary>
    /// <value>30 s.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Told what came of each attempt, once that is written; null for nobody. Not told of work that commits in the handler's own transaction.</summary>
    internal Action<RunOutcome>? AttemptEnded { get; set; }

    internal IEnumerable<string> Validate()
    {
        if (Lease < TimeSpan.FromSeconds(1) || Lease > TimeSpan.FromHours(1))
            yield return $"Handlers.Lease is {Lease}; it must be one second to one hour.";
    }
}
