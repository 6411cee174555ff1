namespace ClerkSync.Mirror;

/// <summary>Whether an object lives.</summary>
/// <param name="ToldDeletedAt">Earliest deletion that Clerk told us of this object itself, in Unix ms; final.</param>
/// <param name="DeletedAt">Since when it is deleted, for the strongest reason; null while it lives.</param>
/// <param name="DeletedBy">That reason: <c>event</c>, <c>cascade</c> or <c>reconcile</c>.</param>
internal readonly record struct Life(long? ToldDeletedAt, long? DeletedAt, string? DeletedBy);

/// <summary>How a row is written.</summary>
internal enum RowWrite
{
    None,

    /// <summary>Document and all, of a row that is not there yet.</summary>
    Add,

    /// <summary>Document and all.</summary>
    State,

    /// <summary>Everything but the document, which stays.</summary>
    Touch,

    /// <summary>The document and what was made of it become NULL.</summary>
    Erased,
}
