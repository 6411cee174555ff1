using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>
/// Where mirror and projections meet: whatever writes the mirror raises the marks of the objects that it changes, in its own transaction. It does so
/// for the projections of this process and for all that the database knows, so that a server that does not have one yet loses nothing for it.
/// With no projection at all it adds no statement that writes.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="projections">Those of this process.</param>
/// <param name="signal">Wakes their workers.</param>
internal sealed class MarkRaiser(ClerkSyncDatabase database, IReadOnlyList<ProjectionKey> projections, ProjectionSignal signal)
{
    private readonly ProjectionMarks _marks = new(database);

    /// <summary>
    /// The statement that asks the database for its projections. It has to run under the writer's lock: whoever makes a new projection known takes
    /// that lock too, and raises all objects afterwards.
    /// </summary>
    public SqlStatement Load(Action<ProjectionKey> onKnown) => MarkSchema.ReadKnown(database.Dialect, onKnown);

    /// <summary>The statements that raise marks: at most one for each projection, to be carried out after the mirror's own.</summary>
    /// <param name="visible">What the transaction changes in the mirror, as its readers see it.</param>
    /// <param name="known">The projections that the database knows.</param>
    /// <param name="now">Now, in Unix ms.</param>
    public IEnumerable<SqlStatement> Raise(IEnumerable<VisibleChange> visible, IReadOnlyCollection<ProjectionKey> known, long now)
    {
        if (projections.Count + known.Count == 0)
            yield break;
        var changes = visible.ToLookup(c => c.Table, StringComparer.Ordinal);
        foreach (var projection in projections.Union(known))
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
