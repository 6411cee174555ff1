namespace ClerkSync.Backfill;

/// <summary>How single objects that the mirror does not have yet are fetched from Clerk's API. That needs a secret key (<c>CLERK_SECRET_KEY</c>).</summary>
public sealed class ReadThroughOptions
{
    /// <summary>How long a caller waits for Clerk, retries and the wait for the request budget included: more than zero, at most 5 minutes.</summary>
    /// <value>5 s: somebody waits for the answer.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it is remembered that Clerk does not know an id: zero to 1 hour.</summary>
    /// <value>30 s. A webhook that brings the object counts at once.</value>
    public TimeSpan UnknownFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How old a row that holds nothing but an id, or what other objects mention, may become before Clerk is asked for the object: 1 minute to 30 days. Usually the webhook
    /// is faster.
    /// </summary>
    /// <value>1 hour.</value>
    public TimeSpan StubAge { get; set; } = TimeSpan.FromHours(1);

    internal IEnumerable<string> Validate()
    {
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromMinutes(5))
            yield return $"ReadThrough.Timeout is {Timeout}; it must be more than zero and at most 5 minutes.";
        if (UnknownFor < TimeSpan.Zero || UnknownFor > TimeSpan.FromHours(1))
            yield return $"ReadThrough.UnknownFor is {UnknownFor}; it must be zero to one hour.";
        if (StubAge < TimeSpan.FromMinutes(1) || StubAge > TimeSpan.FromDays(30))
            yield return $"ReadThrough.StubAge is {StubAge}; it must be 1 minute to 30 days.";
    }
}
