namespace ClerkSync.Emulator;

/// <summary>An event as Clerk hands it to Svix: one body, one id, however often it is delivered.</summary>
/// <param name="Id">Its <c>svix-id</c>, <c>msg_…</c>.</param>
/// <param name="Type">The event type, for example <c>user.created</c>.</param>
/// <param name="ObjectId">The id of the object that it is about.</param>
/// <param name="Body">The body, byte for byte.</param>
/// <param name="CreatedAt">When it happened.</param>
public sealed record EmulatedMessage(string Id, string Type, string ObjectId, ReadOnlyMemory<byte> Body, DateTimeOffset CreatedAt)
{
    /// <summary>The body as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Body.Span);
}

/// <summary>One attempt to deliver a message.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="EventType">Its event type.</param>
/// <param name="Number">1 for the first attempt; resent messages go on counting.</param>
/// <param name="At">When it was made.</param>
/// <param name="Status">The status of the answer; null when there was none.</param>
/// <param name="Error">Why there was no answer, in a word; null when there was one.</param>
public sealed record EmulatedAttempt(string MessageId, string EventType, int Number, DateTimeOffset At, int? Status, string? Error)
{
    /// <summary>Whether the receiver took it: any status from 200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and <= 299;
}
