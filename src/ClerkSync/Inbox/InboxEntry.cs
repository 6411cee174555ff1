namespace ClerkSync.Inbox;

/// <summary>One row of the inbox as it is written.</summary>
internal sealed record InboxEntry
{
    /// <summary>The message's <c>svix-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Local time of the first delivery, in Unix ms.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>Null when the body is unreadable.</summary>
    public string? EventType { get; init; }

    public string? InstanceId { get; init; }

    public Mentions Mentions { get; init; }

    /// <summary>When the event happened, by Clerk's clock, in Unix ms.</summary>
    public long? EventAt { get; init; }

    /// <summary>One of <see cref="InboxResults"/>.</summary>
    public required string Result { get; init; }

    /// <summary>A sentence where the result alone does not explain itself.</summary>
    public string? Why { get; init; }

    /// <summary>Tries to apply it in the background so far.</summary>
    public long Attempts { get; init; }

    /// <summary>When it is tried again, in Unix ms; null when it is not.</summary>
    public long? NextAttemptAt { get; init; }

    /// <summary>Clerk's own bytes without secrets; null when erased.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>The whole body, encrypted, for runs that need what was cut out of it; usually null.</summary>
    public byte[]? Sealed { get; init; }

    /// <summary>When the payload was erased, in Unix ms; null while it is there.</summary>
    public long? ErasedAt { get; init; }

    /// <summary>Since when the payload is only kept for runs that are still open, in Unix ms; null when it may stay.</summary>
    public long? ErasingSince { get; init; }
}

/// <summary>Whose data a payload holds: what erasing looks for.</summary>
/// <param name="ObjectId">The subject.</param>
/// <param name="UserId">A user it tells of, beside the subject.</param>
/// <param name="OrganizationId">An organization it tells of, beside the subject.</param>
/// <param name="InviterId">The user who invited.</param>
internal readonly record struct Mentions(string? ObjectId, string? UserId, string? OrganizationId, string? InviterId);

/// <summary>What became of a message, as the inbox writes it.</summary>
internal static class InboxResults
{
    public const string Applied = "applied";
    public const string Unchanged = "unchanged";
    public const string Stale = "stale";
    public const string Deleted = "deleted";
    public const string Stored = "stored";
    public const string Ignored = "ignored";
    public const string Unreadable = "unreadable";

    /// <summary>Stored, and due to be applied in the background.</summary>
    public const string Deferred = "deferred";

    /// <summary>Given up after the last attempt; kept, visible, can be replayed.</summary>
    public const string Dead = "dead";

    public static readonly IReadOnlyList<string> All = [Applied, Unchanged, Stale, Deleted, Stored, Ignored, Unreadable, Deferred, Dead];

    /// <summary>Whether the message has had its effect, so that a duplicate changes nothing.</summary>
    public static bool IsFinal(string result) => result is Applied or Unchanged or Stale or Deleted or Stored;
}
