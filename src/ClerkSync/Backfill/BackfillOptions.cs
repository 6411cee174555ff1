namespace ClerkSync.Backfill;

/// <summary>When the mirror is filled from Clerk's API and compared with it. Both need a secret key (<c>CLERK_SECRET_KEY</c>); without one neither happens.</summary>
public sealed class BackfillOptions
{
    /// <summary>Whether a mirror that never was filled is filled when the application starts, in the background. One server at a time does it.</summary>
    /// <value>True: users that existed before the endpoint send no events.</value>
    public bool AtStart { get; set; } = true;

    /// <summary>How long after the last comparison the next one begins. One server at a time does it. <see cref="TimeSpan.Zero"/> for never.</summary>
    /// <value>1 day. At least 10 minutes.</value>
    public TimeSpan ReconcileEvery { get; set; } = TimeSpan.FromDays(1);

    internal IEnumerable<string> Validate()
    {
        if (ReconcileEvery != TimeSpan.Zero && (ReconcileEvery < TimeSpan.FromMinutes(10) || ReconcileEvery > TimeSpan.FromDays(365)))
            yield return $"Backfill.ReconcileEvery is {ReconcileEvery}; it must be at least 10 minutes and at most 365 days, or zero for never.";
    }
}
