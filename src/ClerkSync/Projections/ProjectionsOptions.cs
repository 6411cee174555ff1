using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>How projections are worked.</summary>
public sealed class ProjectionsOptions
{
    /// <summary>How long a server may hold objects without a sign of life before another one takes them over.</summary>
    /// <value>30 s; it is renewed while the work goes on.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most objects in one transaction.</summary>
    /// <value>100: the rows of the user's table are locked only shortly.</value>
    public int BatchSize { get; set; } = 100;

    /// <summary>
    /// Pauses between the tries of an object that fails by its own fault: a column that may not be NULL, an e-mail address that is
    /// taken. After the last one it is dead, until it changes or is retried by hand.
    /// </summary>
    /// <value>Empty, which means 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 12 h.</value>
    public IList<TimeSpan> RetryDelays { get; } = [];

    /// <summary>Up to which part of a pause is added to it at random, so that many objects do not come back at once. From 0 to 1.</summary>
    /// <value>0.1.</value>
    public double Jitter { get; set; } = 0.1;

    internal IReadOnlyList<TimeSpan> Schedule => RetryDelays.Count == 0 ? RetrySchedule.Default : [.. RetryDelays];

    internal IEnumerable<string> Validate()
    {
        if (Lease < TimeSpan.FromSeconds(5) || Lease > TimeSpan.FromHours(1))
            yield return $"Projections.Lease is {Lease}; it must be 5 seconds to one hour.";
        if (BatchSize is < 1 or > 1000)
            yield return $"Projections.BatchSize is {BatchSize}; it must be 1 to 1000.";
        foreach (var delay in RetryDelays.Where(d => d <= TimeSpan.Zero || d > TimeSpan.FromDays(7)))
            yield return $"Projections.RetryDelays has {delay}; each must be more than zero and at most seven days.";
        if (Jitter is not (>= 0 and <= 1))
            yield return $"Projections.Jitter is {Jitter}; it must be 0 to 1.";
    }
}
