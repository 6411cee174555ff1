namespace ClerkSync.Storage;

/// <summary>Rows of a mirror table that a transaction changes visibly.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column that finds the rows: <c>id</c>, or the one that holds the id of a parent or of the owner of a copy.</param>
/// <param name="Values">Its values in them.</param>
internal sealed record VisibleChange(string Table, string Column, string[] Values);
