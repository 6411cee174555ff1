namespace ClerkSync.ClerkApi;

/// <summary>
/// Clerk's Backend API did not give what it was asked for, or the database did not take the one object that was read. The message says what to do; it never holds the secret key or anything of an answer but Clerk's error
/// code.
/// </summary>
public sealed class ClerkApiException : Exception
{
    internal ClerkApiException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The HTTP status of the answer; null when there was none, or none that could be used.</summary>
    public int? Status { get; internal init; }

    /// <summary>Clerk's error code, such as <c>clerk_key_invalid</c>; null when the answer names none.</summary>
    public string? Code { get; internal init; }

    /// <summary>What Clerk's support asks for: the answer's <c>clerk_trace_id</c>, else its <c>cf-ray</c> header; null when it has neither.</summary>
    public string? TraceId { get; internal init; }

    /// <summary>Whether the same request may well succeed later: 429, 500, 502, 503, 504, a broken connection, an answer that was cut short or came too late, a row that somebody else holds.</summary>
    public bool IsTransient { get; internal init; }

    /// <summary>How long Clerk asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>Whether Clerk gave the object and the database did not take it.</summary>
    internal bool IsRefusedByDatabase { get; init; }
}
