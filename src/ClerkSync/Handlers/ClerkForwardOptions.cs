using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>How events are posted on to one HTTP endpoint. Set when the forward is added.</summary>
public sealed class ClerkForwardOptions
{
    private readonly List<string> _patterns = [];

    /// <summary>
    /// The forward's name: its stored runs belong to it. Give one, so that the address can change without its runs losing their forward.
    /// 1 to 120 letters, digits and <c>. _ - : / * , +</c>, beginning with a letter or digit.
    /// </summary>
    /// <value>Null: made of the address without its query, such as <c>forward:localhost:3000/api/webhooks/clerk</c>.</value>
    public string? Name { get; set; }

    /// <summary>
    /// The signing secret of the endpoint, <c>whsec_…</c>. Several, separated by spaces, all sign: for the time in which the endpoint changes from one to another.
    /// </summary>
    /// <value>Null: the first signing secret that deliveries are verified with at that moment, so that the route which Clerk called before goes on unchanged.</value>
    public string? Secret { get; set; }

    /// <summary>How long the endpoint may take to answer. Then the attempt has failed. More than zero, at most 10 minutes.</summary>
    /// <value>15 seconds, as Svix allows.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many events are posted at once by one process, each about another object. 1 to 1000.</summary>
    /// <value>8.</value>
    public int MaxConcurrency { get; set; } = 8;

    /// <summary>
    /// The pauses after failed attempts; after the last one the run is dead: kept, visible (<c>clerksync inbox list --state dead</c>), can be replayed. Empty: one
    /// attempt only. At most 50, each at most 30 days.
    /// </summary>
    /// <value>5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 12 h.</value>
    public IList<TimeSpan> RetryDelays { get; } = [.. RetrySchedule.Default];

    /// <summary>How far a pause may be from <see cref="RetryDelays"/>, as a share of it. 0 to 1.</summary>
    /// <value>0.2, as Svix does.</value>
    public double Jitter { get; set; } = 0.2;

    /// <summary>Further headers, such as <c>Authorization</c>. Those of the signature and of the body cannot be set. Values never reach a log or an error.</summary>
    /// <value>None.</value>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The patterns given to <see cref="ForTypes"/>.</summary>
    internal IReadOnlyList<string> Patterns => _patterns;

    /// <summary>Narrows the forward to these event types. Without it everything is forwarded, types that this version does not know included.</summary>
    /// <param name="patterns">Names (<c>user.created</c>), families (<c>user.*</c>) or <c>*</c>. Case matters. A name that Clerk does not have stops the start.</param>
    /// <returns>The same options.</returns>
    public ClerkForwardOptions ForTypes(params IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns.AddRange(patterns);
        return this;
    }
}
