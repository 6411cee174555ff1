namespace ClerkSync.Receiving;

/// <summary>What became of one delivery. The names are those of the HTTP answer, in camel case there.</summary>
public enum ReceiveResult
{
    /// <summary>The message was stored and changed at least one mirror row.</summary>
    Applied,

    /// <summary>The message was stored; the mirror held the same document already.</summary>
    Unchanged,

    /// <summary>The message was stored; the mirror holds a newer state of the object.</summary>
    Stale,

    /// <summary>The message was stored; its object is deleted and stays deleted.</summary>
    Deleted,

    /// <summary>The message was stored and has no mirror table: <c>email.created</c>, <c>sms.created</c>, types that are not known yet.</summary>
    Stored,

    /// <summary>The message had been received before; nothing was done.</summary>
    Duplicate,

    /// <summary>The message was stored and has no effect: another instance, or an example of the Dashboard.</summary>
    Ignored,

    /// <summary>The message was stored and will be applied in the background.</summary>
    Deferred,

    /// <summary>The message was stored; its body is not a Clerk event.</summary>
    Unreadable,

    /// <summary>Not stored: more bytes are waiting to be committed than the queue may hold. Try again.</summary>
    QueueFull,

    /// <summary>Not stored, or not known to be: the database did not commit in time. Try again.</summary>
    DatabaseUnavailable,

    /// <summary>Not stored: the tables are older or newer than this version of ClerkSync. Run <c>clerksync migrate</c>.</summary>
    SchemaOutdated,
}

/// <summary>The answer to one delivery.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Why">A sentence for people where the result alone does not explain itself; otherwise null. Never holds payload or secrets.</param>
public readonly record struct ReceiveOutcome(ReceiveResult Result, string? Why = null)
{
    /// <summary>Whether the message is durable: answer 2xx. Otherwise answer 503, and Svix tries again.</summary>
    public bool IsDurable => Result < ReceiveResult.QueueFull;
}
