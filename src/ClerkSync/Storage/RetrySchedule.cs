namespace ClerkSync.Storage;

/// <summary>How long to wait after failures that time or a person has to cure.</summary>
internal static class RetrySchedule
{
    /// <summary>Pauses between tries; after the last one it is given up. About 20 hours: time to repair a table, or what a handler needs.</summary>
    public static IReadOnlyList<TimeSpan> Default { get; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];
}
