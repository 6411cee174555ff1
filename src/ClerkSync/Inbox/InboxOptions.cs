namespace ClerkSync.Inbox;

/// <summary>How long messages are kept.</summary>
public sealed class InboxOptions
{
    /// <summary>How long payloads are kept; messages that are not applied keep theirs until they are.</summary>
    /// <value>30 days: twice the 14 days that Svix's "Recover" reaches back.</value>
    public TimeSpan PayloadRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a message is known, so that it counts once.</summary>
    /// <value>90 days: as long as Svix keeps payloads to send again.</value>
    public TimeSpan MessageRetention { get; set; } = TimeSpan.FromDays(90);

    internal IEnumerable<string> Validate()
    {
        if (PayloadRetention < TimeSpan.FromDays(1))
            yield return $"Inbox.PayloadRetention is {PayloadRetention}; it must be at least one day.";
        if (MessageRetention < PayloadRetention)
            yield return $"Inbox.MessageRetention is {MessageRetention}; it must be at least Inbox.PayloadRetention ({PayloadRetention}).";
    }
}
