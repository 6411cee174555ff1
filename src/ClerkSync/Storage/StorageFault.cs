namespace ClerkSync.Storage;

/// <summary>What a failure of the database means for the work that met it.</summary>
internal enum StorageFault
{
    /// <summary>Nothing known: a bug, or a driver's own complaint. Treated like <see cref="Data"/>: some message is the culprit.</summary>
    Unknown,

    /// <summary>The transaction lost against another (deadlock, serialization) or a connection broke: the same work may succeed at once.</summary>
    Transient,

    /// <summary>Somebody else's lock was not released in time.</summary>
    LockTimeout,

    /// <summary>A statement took too long: the same work needs more time than a delivery has.</summary>
    StatementTimeout,

    /// <summary>A value, a constraint or a trigger said no (SQLSTATE classes 22, 23, 54, P0 and others): the same work fails again.</summary>
    Data,

    /// <summary>The database cannot be reached or cannot write.</summary>
    Unavailable,

    /// <summary>A table or column is missing: run the migration.</summary>
    SchemaOutdated,
}
