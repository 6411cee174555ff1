using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>How one handler works. Set when it is registered.</summary>
public sealed class ClerkHandlerOptions
{
    private readonly List<string> _patterns = [];

    /// <summary>
    /// The handler's name: its stored runs belong to it. Give one, so that the class can be renamed without its runs losing their handler.
    /// 1 to 120 letters, digits and <c>. _ - : / * , +</c>, beginning with a letter or digit.
    /// </summary>
    /// <value>Null: the class's name, or for a delegate what it handles, such as <c>user.*</c>.</value>
    public string? Name { get; set; }

    /// <summary>How long one attempt may take. Then its token is cancelled and the attempt has failed. More than zero, at most one hour.</summary>
    /// <value>One minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many events this handler works on at once in one process, each about another object. 1 to 1000.</summary>
    /// <value>8.</value>
    public int MaxConcurrency { get; set; } = 8;

    /// <summary>
    /// The pauses after failed attempts; after the last one the run is dead: kept, visible (<c>clerksync inbox list --state dead</c>), can be replayed. Empty: one
    /// attempt only. At most 50, each at most 30 days.
    /// </summary>
    /// <value>5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 12 h: about 19 hours, time to repair what the handler needs.</value>
    public IList<TimeSpan> RetryDelays { get; } = [.. RetrySchedule.Default];

    /// <summary>How far a pause may be from <see cref="RetryDelays"/>, as a share of it, so that what failed together is not retried together. 0 to 1.</summary>
    /// <value>0.2, as Svix does.</value>
    public double Jitter { get; set; } = 0.2;

    /// <summary>The patterns given to <see cref="ForTypes"/>.</summary>
    internal IReadOnlyList<string> Patterns => _patterns;

    /// <summary>Carries out the work of a run and its completion as one; null where the completion follows the work.</summary>
    internal RunInTransaction? Transaction { get; set; }

    /// <summary>Narrows the handler to these event types.</summary>
    /// <param name="patterns">Names (<c>user.created</c>), families (<c>user.*</c>) or <c>*</c>. Case matters. A name that Clerk does not have stops the start.</param>
    /// <returns>The same options.</returns>
    public ClerkHandlerOptions ForTypes(params IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns.AddRange(patterns);
        return this;
    }
}
