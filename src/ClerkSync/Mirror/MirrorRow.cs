using System.Text.Json;

namespace ClerkSync.Mirror;

/// <summary>
/// A row while a batch works on it. All its rules are here: which state wins, what is deleted, what is erased. Every rule is a
/// minimum, a maximum or a comparison of versions, so the order in which changes arrive does not matter.
/// </summary>
internal sealed class MirrorRow(MirrorTable table, string id)
{
    private Life _stored;
    private bool _wasErased;
    private bool _isTouched;
    private bool _hasNewParent;

    public MirrorTable Table { get; } = table;

    public string Id { get; } = id;

    public bool Exists { get; private set; }

    /// <summary>Null while nothing but a deletion is known, and after erasing.</summary>
    public StateVersion? Version { get; private set; }

    public StateOrigin? Origin { get; private set; }

    /// <summary>The state to write, if this batch brought one that is newer.</summary>
    public ObjectState? NewState { get; private set; }

    public string?[] ParentIds { get; } = new string?[table.Parents.Count];

    /// <summary>What the database knew of the parents; the batch's own rows go first.</summary>
    public Life[] StoredParents { get; } = new Life[table.Parents.Count];

    /// <summary>Earliest deletion that Clerk told us, in Unix ms.</summary>
    public long? ToldDeletedAt { get; private set; }

    public long? LastSeenAt { get; private set; }

    public long? ProvenAbsentAt { get; private set; }

    /// <summary>Whether reconcile proved it missing, and nothing later proves it alive.</summary>
    public bool IsAbsent => ProvenAbsentAt is not null && (LastSeenAt is null || ProvenAbsentAt >= LastSeenAt);

    public Life Life { get; private set; }

    public bool IsErased { get; private set; }

    /// <summary>The document that the database holds; only loaded where an answer of the API has to be compared with it.</summary>
    public JsonElement? StoredDocument { get; set; }

    public bool HasLifeChanged => Life != _stored;

    public bool IsNewlyTold => Life.ToldDeletedAt is not null && _stored.ToldDeletedAt is null;

    /// <summary>Whether what is written changes more than sync columns.</summary>
    public bool HasVisibleChange => Write switch
    {
        RowWrite.None => false,
        RowWrite.Touch => HasLifeChanged || _hasNewParent,
        _ => true,
    };

    /// <summary>What has to be written.</summary>
    public RowWrite Write => (IsErased, _wasErased, NewState) switch
    {
        (true, false, _) => RowWrite.Erased,
        (false, _, not null) => Exists ? RowWrite.State : RowWrite.Add,
        _ when !Exists => RowWrite.None,
        _ => _isTouched || HasLifeChanged ? RowWrite.Touch : RowWrite.None,
    };

    public void Load(StateVersion? version, StateOrigin? origin, long? lastSeenAt, long? provenAbsentAt, Life life, bool isErased)
    {
        Exists = true;
        Version = version;
        Origin = origin;
        ToldDeletedAt = life.ToldDeletedAt;
        LastSeenAt = lastSeenAt;
        ProvenAbsentAt = provenAbsentAt;
        _stored = Life = life;
        IsErased = _wasErased = isErased;
    }

    /// <summary>Takes a change in.</summary>
    /// <param name="change">A change of this row.</param>
    /// <param name="parentIsTold">Whether Clerk told that one of the parents is deleted.</param>
    /// <param name="parentIsDead">Whether one of the parents is deleted for whatever reason.</param>
    public MirrorOutcome Fold(MirrorChange change, bool parentIsTold, bool parentIsDead)
    {
        for (var i = 0; i < ParentIds.Length; i++)
        {
            if (ParentIds[i] is null && change.ParentIds[i] is { } parent)
            {
                ParentIds[i] = parent;
                _isTouched = _hasNewParent = true;
            }
        }

        return (change.IsAbsence, change.State) switch
        {
            (true, _) => FoldAbsence(change),
            (_, null) => FoldDeletion(change),
            _ => FoldState(change, change.State, parentIsTold, parentIsDead),
        };
    }

    /// <summary>
    /// Whether the stored document has to be known: an answer of the API has other members than a webhook, and is not to cost those that only webhooks have; nor are
    /// they lost where the answer came first.
    /// </summary>
    public bool NeedsDocumentFor(ObjectState state) =>
        Version is { } current && Origin is { } origin && ToldDeletedAt is null && !state.Version.HasSameDocument(current)
        && (state.Origin.IsAnswer
            ? state.Version.UpdatedAt == current.UpdatedAt || (Table.KeptThroughAnswers.Count > 0 && state.Version.UpdatedAt > current.UpdatedAt)
            : origin.IsAnswer && state.Version.UpdatedAt == current.UpdatedAt && Table.KeptThroughAnswers.Any(m => state.Data.TryGetProperty(m, out _)));

    /// <summary>How the row differs from what Clerk has, before the answer is taken in.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="parentToldAt">When Clerk told that a parent is deleted, in Unix ms, or null.</param>
    public MirrorDifference DifferenceFrom(MirrorChange answer, long? parentToldAt)
    {
        var state = answer.State!;

        // What was told a moment ago, or after the answer was made, is no contradiction.
        if ((ToldDeletedAt ?? parentToldAt) is { } told)
            return Contradiction.IsAllowed(told, state) ? MirrorDifference.Tombstoned : MirrorDifference.None;
        if (Version is not { Completeness: > Completeness.Stub } current || IsAbsent)
            return Contradiction.IsRecent(state) ? MirrorDifference.Recent : MirrorDifference.Missing;
        if (state.Version.UpdatedAt < current.UpdatedAt)
            return Contradiction.IsAllowed(current.EventAt, state) ? MirrorDifference.Ahead : MirrorDifference.None;

        // Of the same revision, what changed after the answer was made is newer than the answer.
        var isStale = state.Version.UpdatedAt > current.UpdatedAt
            || (!state.Version.HasSameDocument(current) && current.EventAt <= state.Version.EventAt && StoredDocument is { } stored
                && DocumentAgreement.Contradicts(state.Data, stored, Table.Silent));
        return !isStale ? MirrorDifference.None : Contradiction.IsRecent(state) ? MirrorDifference.Recent : MirrorDifference.Stale;
    }

    /// <summary>Works out life and death once all changes are in and the parents are settled.</summary>
    public void Settle(IReadOnlyList<Life> parents)
    {
        var deadParents = parents.Where(p => p.DeletedAt is not null).ToArray();
        Life = ToldDeletedAt is not null ? new(ToldDeletedAt, ToldDeletedAt, "event")
            : deadParents.Length > 0 ? new(null, deadParents.Min(p => p.DeletedAt), "cascade")
            : IsAbsent ? new(null, ProvenAbsentAt, "reconcile")
            : default;
        IsErased = ToldDeletedAt is not null || parents.Any(p => p.ToldDeletedAt is not null);
        if (IsErased)
        {
            Version = null;
            Origin = null;
            NewState = null;
        }
    }

    private MirrorOutcome FoldDeletion(MirrorChange change)
    {
        if (ToldDeletedAt is { } told && told <= change.EventAt)
            return MirrorOutcome.Unchanged;
        ToldDeletedAt = change.EventAt;
        _isTouched = true;
        return MirrorOutcome.Applied;
    }

    private MirrorOutcome FoldAbsence(MirrorChange change)
    {
        if (Exists)
            CorrectLastSeen(change);
        if (!Exists || (ProvenAbsentAt is { } absent && absent >= change.EventAt))
            return MirrorOutcome.Unchanged;
        ProvenAbsentAt = change.EventAt;
        _isTouched = true;
        return MirrorOutcome.Applied;
    }

    private MirrorOutcome FoldState(MirrorChange change, ObjectState state, bool parentIsTold, bool parentIsDead)
    {
        if (change.Overrules == Overruling.Tombstone && ToldDeletedAt is not null)
        {
            ToldDeletedAt = null;
            _isTouched = true;
        }

        CorrectLastSeen(change);
        if (change.WasAlive && TellsOfLife(state) && (LastSeenAt is null || LastSeenAt < change.EventAt))
        {
            LastSeenAt = change.EventAt;
            _isTouched = true;
        }

        if (ToldDeletedAt is not null || parentIsTold)
        {
            // An erased row is still a row: a deletion may have been told before the object was ever seen.
            IsErased = true;
            return MirrorOutcome.Deleted;
        }

        var outcome = Take(state, change.Overrules);
        return parentIsDead || IsAbsent ? MirrorOutcome.Deleted : outcome;
    }

    /// <summary>A time that is later than Clerk's own clock proves nothing.</summary>
    private void CorrectLastSeen(MirrorChange change)
    {
        if (change.Overrules == Overruling.None || LastSeenAt is not { } seen || seen <= change.EventAt + Contradiction.Grace)
            return;
        LastSeenAt = change.EventAt;
        _isTouched = true;
    }

    /// <summary>Copies inside a listing would touch their owners' rows on every page; they matter only where a proof of absence is to be outweighed.</summary>
    private bool TellsOfLife(ObjectState state) =>
        !state.Origin.IsAnswer || state.Version.Completeness == Completeness.Full || ProvenAbsentAt is not null;

    private MirrorOutcome Take(ObjectState state, Overruling overruling)
    {
        if (Version is { } current && !(overruling != Overruling.None && Contradiction.Prevails(state, current)))
        {
            if (NewState is null && StoredDocument is { } stored && NeedsDocumentFor(state))
            {
                if (!state.Origin.IsAnswer && state.Version.CompareTo(current) < 0)
                    return TakeKept(state, current, stored);
                if (state.Origin.IsAnswer)
                    state = DocumentAgreement.Complete(state, current, stored, Table.KeptThroughAnswers);
            }

            var order = state.Version.CompareTo(current);
            if (order < 0)
                return state.Version.HasSameDocument(current) ? MirrorOutcome.Unchanged : MirrorOutcome.Stale;
            if (order == 0 && string.CompareOrdinal(state.Origin.MessageId, Origin?.MessageId) <= 0)
                return MirrorOutcome.Unchanged;
            if (state.Version.HasSameDocument(current))
            {
                Version = state.Version;
                Origin = state.Origin;
                if (NewState is not null)
                    NewState = state;
                _isTouched = true;
                return MirrorOutcome.Unchanged;
            }
        }

        Version = state.Version;
        Origin = state.Origin;
        NewState = state;
        return MirrorOutcome.Applied;
    }

    /// <summary>An answer of the same revision came first: what only the webhook has is added to it.</summary>
    private MirrorOutcome TakeKept(ObjectState state, StateVersion current, JsonElement stored)
    {
        var added = DocumentAgreement.Keep(stored, state.Data, Table.KeptThroughAnswers);
        if (added is null)
            return MirrorOutcome.Stale;
        Version = current with { Tiebreaker = StateVersion.TiebreakerOf(isCreation: false, added.Document.Span) };
        NewState = new(Version.Value, added.Data, added.Document, Origin!);
        return MirrorOutcome.Applied;
    }
}
