namespace ClerkSync.Mirror;

/// <summary>What a state may prevail over. Only reconcile does that, with an answer about this one object.</summary>
internal enum Overruling
{
    None,

    /// <summary>A state that is newer by its version, but older by the time at which Clerk had it.</summary>
    NewerVersion,

    /// <summary>The same, and a deletion that Clerk told. Somebody has decided so.</summary>
    Tombstone,
}
