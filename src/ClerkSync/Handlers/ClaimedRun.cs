namespace ClerkSync.Handlers;

/// <summary>The oldest open run of a line that this process holds.</summary>
internal sealed record ClaimedRun
{
    public required long Sequence { get; init; }

    public required string Line { get; init; }

    /// <summary>Rises with each claim of the line: who holds an older one has lost the lease.</summary>
    public required long Fence { get; init; }

    public required string Handler { get; init; }

    public required string MessageId { get; init; }

    public required string EventType { get; init; }

    public string? ObjectId { get; init; }

    /// <summary>This one included.</summary>
    public required long Attempts { get; init; }

    public bool IsStale { get; init; }

    public bool IsApplied { get; init; }

    public bool IsReplay { get; init; }

    /// <summary>When this attempt began, in Unix ms.</summary>
    public required long StartedAt { get; init; }

    /// <summary>When the message arrived, in Unix ms.</summary>
    public long ReceivedAt { get; init; }

    /// <summary>Why the attempt before failed; null when there was none.</summary>
    public string? LastError { get; init; }

    /// <summary>What the other side of a forward answered to the attempt before.</summary>
    public RunAnswer? LastAnswer { get; init; }

    /// <summary>Earlier attempts, as JSON; null for none.</summary>
    public string? History { get; init; }

    /// <summary>Clerk's own bytes; null when they are not kept any more.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>The whole body, encrypted; null where nothing that a handler needs was cut out.</summary>
    public byte[]? Sealed { get; init; }
}

/// <summary>What an attempt came to.</summary>
internal sealed record RunOutcome
{
    public required ClaimedRun Run { get; init; }

    /// <summary>One of <see cref="RunStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>When it ended, in Unix ms.</summary>
    public required long EndedAt { get; init; }

    /// <summary>When it is tried again, in Unix ms; null when it is not.</summary>
    public long? DueAt { get; init; }

    public string? Error { get; init; }

    public RunAnswer? Answer { get; init; }

    /// <summary>Whether the attempt did not happen: the application stopped.</summary>
    public bool IsReleased { get; init; }
}
