using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Receiving;

/// <summary>Decides what each message of a batch does, from what the database knows.</summary>
internal sealed class ApplyingBatch
{
    /// <summary>Tables whose objects Clerk tells to be deleted, so that payloads about them are erased.</summary>
    private static readonly string[] TablesWithDeletions =
        [.. MirrorTables.All.Where(t => t.EventTypes.Any(e => e.EndsWith(".deleted", StringComparison.Ordinal))).Select(t => t.Name)];

    private readonly IReadOnlyList<InboundMessage> _messages;
    private readonly ReceivingOptions _options;
    private readonly RunBatch _runs;
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private string? _learnedInstance;

    public ApplyingBatch(IReadOnlyList<InboundMessage> messages, MirrorBatch mirror, RunBatch runs, ReceivingOptions options)
    {
        _messages = messages;
        _runs = runs;
        _options = options;
        Mirror = mirror;
        Outcomes = new ReceiveOutcome[messages.Count];
        for (var i = 0; i < messages.Count; i++)
        {
            foreach (var change in messages[i].Changes)
                mirror.Want(change);
            foreach (var (table, id) in Owners(messages[i]))
                mirror.Want(table, id);
        }
    }

    public MirrorBatch Mirror { get; }

    /// <summary>Everything that the messages say about objects.</summary>
    public IEnumerable<MirrorChange> Changes => _messages.SelectMany(m => m.Changes);

    /// <summary>The projections that the database knows.</summary>
    public List<ProjectionKey> Projections { get; } = [];

    public ReceiveOutcome[] Outcomes { get; }

    /// <summary>The instance to remember, if this batch taught it.</summary>
    public string? NewInstance { get; private set; }

    public IEnumerable<string> MessageIds => _messages.Select(m => m.Id);

    public void Found(string id, string result) => _known[id] = result;

    public void Learned(string? instance) => _learnedInstance = instance;

    public void Decide()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < _messages.Count; i++)
        {
            var isRepeat = !seen.Add(_messages[i].Id) || HadEffect(_messages[i]);
            Outcomes[i] = isRepeat && !_messages[i].IsReplay ? new(ReceiveResult.Duplicate) : Decide(_messages[i]);
        }

        Mirror.Settle();
    }

    /// <summary>Rows to add to the inbox, and rows that are there and change. Also makes the runs: they decide what is kept of a payload.</summary>
    public (IReadOnlyList<InboxEntry> Added, IReadOnlyList<InboxEntry> Changed) Entries(long now, PayloadSeal seal)
    {
        List<InboxEntry> added = [];
        List<InboxEntry> changed = [];
        for (var i = 0; i < _messages.Count; i++)
        {
            if (Outcomes[i].Result == ReceiveResult.Duplicate)
                continue;
            var message = _messages[i];
            var entry = message.ToEntry(NameOf(Outcomes[i].Result), Outcomes[i].Why, attempts: message.Attempts);
            var hasRuns = MakeRuns(message, Outcomes[i].Result);
            var mayBeNeeded = hasRuns || HadEffect(message);
            if (hasRuns && message.IsNeededWhole && _runs.IsNamed(message.Event!.Type))
                entry = entry with { Sealed = seal.Seal(message.Body) };
            if (TellsOfTheErased(message))
                entry = mayBeNeeded ? entry with { ErasingSince = now } : entry with { Payload = null, ErasedAt = now };
            (_known.ContainsKey(message.Id) ? changed : added).Add(entry);
        }

        return (added, changed);
    }

    /// <summary>Whether the payload holds data of an object whose deletion Clerk told.</summary>
    public bool TellsOfTheErased(InboundMessage message) => Owners(message).Any(o => Mirror.IsTold(o.Table, o.Id));

    /// <summary>A message that had its effect before has had its runs too: handlers that came later begin with new messages.</summary>
    private bool MakeRuns(InboundMessage message, ReceiveResult result) =>
        message.Event is { } raw
        && result is not (ReceiveResult.Ignored or ReceiveResult.Unreadable)
        && !HadEffect(message)
        && _runs.Add(raw, message.Id, isStale: result is ReceiveResult.Stale or ReceiveResult.Deleted, isApplied: true);

    private bool HadEffect(InboundMessage message) => _known.TryGetValue(message.Id, out var before) && InboxResults.IsFinal(before);

    private ReceiveOutcome Decide(InboundMessage message)
    {
        var changes = message.Changes;
        if (message.Event is not { } raw)
            return new(ReceiveResult.Unreadable, message.Why);
        if (WhyIgnored(raw.InstanceId) is { } why)
            return new(ReceiveResult.Ignored, why);
        if (MirrorTables.OfEvent(raw.Type) is null)
            return new(ReceiveResult.Stored);
        if (changes.Count == 0)
            return new(ReceiveResult.Unreadable, $"\"data.id\" of this {raw.Type} is missing or no id.");

        var outcome = MirrorOutcome.Unchanged;
        for (var i = 0; i < changes.Count; i++)
        {
            var one = Mirror.Apply(changes[i]);
            if (i == 0)
                outcome = one;
        }

        return new(outcome switch
        {
            MirrorOutcome.Applied => ReceiveResult.Applied,
            MirrorOutcome.Unchanged => ReceiveResult.Unchanged,
            MirrorOutcome.Stale => ReceiveResult.Stale,
            _ => ReceiveResult.Deleted,
        });
    }

    /// <summary>One database is one instance. An event that names none is taken: older bodies do not.</summary>
    private string? WhyIgnored(string? instance)
    {
        if (instance is null)
            return null;
        var expected = _options.InstanceId ?? (_options.LearnInstance ? _learnedInstance ?? NewInstance : null);
        if (instance == expected)
        {
            NewInstance ??= _learnedInstance is null ? instance : null;
            return null;
        }

        if (!MessageApplier.RealInstance().IsMatch(instance))
            return $"The event is an example: its instance_id \"{instance}\" is none that Clerk gives out.";
        if (expected is not null)
            return $"The event belongs to instance {instance}; this database is of {expected}.";
        if (_options.LearnInstance)
            NewInstance = instance;
        return null;
    }

    /// <summary>Objects whose data the payload holds: when one of them is erased, the payload is.</summary>
    private static IEnumerable<(string Table, string? Id)> Owners(InboundMessage message)
    {
        if (message.Event is null)
            yield break;

        // The type of an event without a table does not say what its subject is, so it may be an object of any of them.
        var subjects = MirrorTables.OfEvent(message.Event.Type) is { } table ? [table.Name] : TablesWithDeletions;
        foreach (var name in subjects)
            yield return (name, message.Mentions.ObjectId);
        yield return ("users", message.Mentions.UserId);
        yield return ("users", message.Mentions.InviterId);
        yield return ("organizations", message.Mentions.OrganizationId);
    }

    private static string NameOf(ReceiveResult result) => result switch
    {
        ReceiveResult.Applied => InboxResults.Applied,
        ReceiveResult.Unchanged => InboxResults.Unchanged,
        ReceiveResult.Stale => InboxResults.Stale,
        ReceiveResult.Deleted => InboxResults.Deleted,
        ReceiveResult.Stored => InboxResults.Stored,
        ReceiveResult.Ignored => InboxResults.Ignored,
        _ => InboxResults.Unreadable,
    };
}
