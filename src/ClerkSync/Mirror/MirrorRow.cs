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
        (false, _, not null) => RowWrite.State,
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

        return change.State is null ? FoldDeletion(change) : FoldState(change, change.State, parentIsTold, parentIsDead);
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

    private MirrorOutcome FoldState(MirrorChange change, ObjectState state, bool parentIsTold, bool parentIsDead)
    {
        if (change.WasAlive && (LastSeenAt is null || LastSeenAt < change.EventAt))
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

        var outcome = Take(state);
        return parentIsDead || IsAbsent ? MirrorOutcome.Deleted : outcome;
    }

    private MirrorOutcome Take(ObjectState state)
    {
        if (Version is { } current)
        {
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
}

/// <summary>Whether an object lives.</summary>
/// <param name="ToldDeletedAt">Earliest deletion that Clerk told us of this object itself, in Unix ms; final.</param>
/// <param name="DeletedAt">Since when it is deleted, for the strongest reason; null while it lives.</param>
/// <param name="DeletedBy">That reason: <c>event</c>, <c>cascade</c> or <c>reconcile</c>.</param>
internal readonly record struct Life(long? ToldDeletedAt, long? DeletedAt, string? DeletedBy);

/// <summary>How a row is written.</summary>
internal enum RowWrite
{
    None,

    /// <summary>Document and all.</summary>
    State,

    /// <summary>Everything but the document, which stays.</summary>
    Touch,

    /// <summary>The document and what was made of it become NULL.</summary>
    Erased,
}
