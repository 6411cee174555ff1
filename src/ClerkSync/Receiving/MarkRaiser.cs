using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Receiving;

/// <summary>
/// Where mirror and projections meet: whatever writes the mirror raises the marks of the objects that it changes, in its own transaction. With no
/// projection it adds no statement.
/// </summary>
internal sealed class MarkRaiser(ClerkSyncDatabase database, IReadOnlyList<ProjectionKey> projections, ProjectionSignal signal)
{
    private readonly ProjectionMarks _marks = new(database);

    /// <summary>The statements that raise marks: at most one for each projection, to be carried out after the mirror's own.</summary>
    /// <param name="batch">The batch, settled.</param>
    /// <param name="now">Now, in Unix ms.</param>
    public IEnumerable<SqlStatement> Raise(MirrorBatch batch, long now)
    {
        if (projections.Count == 0)
            yield break;
        var changes = batch.VisibleChanges().ToLookup(c => c.Table, StringComparer.Ordinal);
        foreach (var projection in projections)
        {
            (string Column, string[] Values)[] causes = [.. changes[projection.Table].Select(c => (c.Column, c.Values))];
            if (causes.Length > 0)
                yield return _marks.Raise(projection, causes, now);
        }
    }

    /// <summary>To be called after the commit: the workers of this process need not wait for their next look.</summary>
    public void Committed()
    {
        if (projections.Count > 0)
            signal.Send();
    }
}
