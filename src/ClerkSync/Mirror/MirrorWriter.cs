using ClerkSync.Events;
using ClerkSync.Storage;

namespace ClerkSync.Mirror;

/// <summary>
/// Applies changes to the mirror inside a write transaction. It holds the writer's lock, so it reads the rows that a batch touches,
/// works the rules out in memory, and writes the result: each row at most once, whatever the number of changes.
/// </summary>
internal sealed class MirrorWriter(SqlDialect dialect, TimeProvider clock)
{
    private readonly Dictionary<string, MirrorTableSql> _sql = MirrorTables.All.ToDictionary(t => t.Name, t => new MirrorTableSql(t, dialect), StringComparer.Ordinal);

    public MirrorBatch Begin() => new(_sql, clock.GetUtcNow().ToUnixTimeMilliseconds());
}

/// <summary>The rows that one transaction works on: name them, load them, fold the changes in, write.</summary>
internal sealed class MirrorBatch(IReadOnlyDictionary<string, MirrorTableSql> sql, long now)
{
    private readonly Dictionary<(string Table, string Id), MirrorRow> _rows = [];

    /// <summary>Objects that this batch told to be deleted and that were not before.</summary>
    public IEnumerable<(MirrorTable Table, string Id)> NewlyTold => _rows.Values.Where(r => r.IsNewlyTold).Select(r => (r.Table, r.Id));

    /// <summary>Names a row that has to be known.</summary>
    public void Want(string table, string? id)
    {
        if (id is not null)
            _ = RowOf(table, id);
    }

    public void Want(MirrorChange change)
    {
        Want(change.Table.Name, change.Id);
        for (var i = 0; i < change.ParentIds.Length; i++)
            Want(change.Table.Parents[i].Table, change.ParentIds[i]);
        foreach (var block in change.Table.Blocks)
            Want(block.OwnerTable, OwnerId(change.Table, block, change.State));
    }

    public IEnumerable<SqlStatement> Load() =>
        _rows.Keys.GroupBy(k => k.Table, k => k.Id, StringComparer.Ordinal)
            .Select(group => sql[group.Key].Load([.. group], id => _rows[(group.Key, id)]));

    /// <summary>The documents that these answers of the API have to be compared with, after <see cref="Load"/> was carried out; usually none.</summary>
    public IEnumerable<SqlStatement> LoadDocuments(IEnumerable<MirrorChange> changes) =>
        changes.Where(c => c.State is { } state && RowOf(c.Table.Name, c.Id).NeedsDocumentFor(state))
            .GroupBy(c => c.Table.Name, c => c.Id, StringComparer.Ordinal)
            .Select(group => sql[group.Key].LoadDocuments([.. group.Distinct(StringComparer.Ordinal)], id => _rows[(group.Key, id)]));

    /// <summary>How a row differs from an answer of the API that is not taken in yet.</summary>
    public MirrorDifference DifferenceFrom(MirrorChange answer)
    {
        var row = RowOf(answer.Table.Name, answer.Id);
        return row.DifferenceFrom(answer, ParentsOf(row, answer).Min(p => p.ToldDeletedAt));
    }

    /// <summary>Takes a change in, after <see cref="Load"/> was carried out.</summary>
    public MirrorOutcome Apply(MirrorChange change)
    {
        var row = RowOf(change.Table.Name, change.Id);
        var parents = ParentsOf(row, change);
        return row.Fold(change, parents.Any(p => p.ToldDeletedAt is not null), parents.Any(p => p.DeletedAt is not null));
    }

    /// <summary>Whether Clerk told that an object is deleted, this batch included.</summary>
    public bool IsTold(string table, string? id) => id is not null && _rows.TryGetValue((table, id), out var row) && row.ToldDeletedAt is not null;

    /// <summary>Works out life and death, parents first. Call it once, after all changes and before <see cref="Write"/>.</summary>
    public void Settle()
    {
        foreach (var row in _rows.Values.Where(r => r.Table.Parents.Count == 0))
            row.Settle([]);
        foreach (var row in _rows.Values.Where(r => r.Table.Parents.Count > 0))
            row.Settle([.. row.Table.Parents.Select((parent, i) => ParentLife(row, parent, i))]);
    }

    public IEnumerable<SqlStatement> Write()
    {
        foreach (var group in _rows.Values.Where(r => r.Write != RowWrite.None).GroupBy(r => r.Table.Name, StringComparer.Ordinal))
        {
            var statements = sql[group.Key];
            foreach (var kind in group.GroupBy(r => r.Write))
            {
                IReadOnlyList<MirrorRow> rows = [.. kind];
                yield return kind.Key switch
                {
                    RowWrite.Add => statements.AddStates(rows, now, WithoutBlocksOfTheErased),
                    RowWrite.State => statements.WriteStates(rows, now, WithoutBlocksOfTheErased),
                    RowWrite.Touch => statements.WriteTouched(rows, now),
                    _ => statements.WriteErased(rows, now),
                };
            }
        }

        foreach (var statement in Consequences())
            yield return statement;
    }

    /// <summary>What this batch changes that a reader of the tables can see, after <see cref="Settle"/>. A mere touch of sync columns is none.</summary>
    public IEnumerable<VisibleChange> VisibleChanges()
    {
        foreach (var group in _rows.Values.Where(r => r.HasVisibleChange).GroupBy(r => r.Table.Name, StringComparer.Ordinal))
            yield return new(group.Key, "id", [.. group.Select(r => r.Id)]);
        foreach (var group in _rows.Values.Where(r => r.HasLifeChanged).GroupBy(r => r.Table.Name, StringComparer.Ordinal))
        {
            string[] changed = [.. group.Select(r => r.Id)];
            foreach (var (child, parent) in MirrorTables.ChildrenOf(group.Key))
                yield return new(child.Name, parent.Column, changed);
            string[] told = [.. group.Where(r => r.IsNewlyTold).Select(r => r.Id)];
            if (told.Length == 0)
                continue;
            foreach (var (table, block) in MirrorTables.BlocksOf(group.Key))
                yield return new(table.Name, block.OwnerColumn, told);
        }
    }

    /// <summary>What a changed life means for rows that this batch has not loaded.</summary>
    private IEnumerable<SqlStatement> Consequences()
    {
        foreach (var group in _rows.Values.Where(r => r.HasLifeChanged).GroupBy(r => r.Table.Name, StringComparer.Ordinal))
        {
            string[] changed = [.. group.Select(r => r.Id)];
            string[] told = [.. group.Where(r => r.IsNewlyTold).Select(r => r.Id)];
            foreach (var (child, parent) in MirrorTables.ChildrenOf(group.Key))
            {
                if (told.Length > 0)
                    yield return sql[child.Name].EraseChildren(parent, told);
                yield return sql[child.Name].Cascade(parent, changed, now);
            }

            if (told.Length == 0)
                continue;
            foreach (var (table, block) in MirrorTables.BlocksOf(group.Key))
                yield return sql[table.Name].RemoveBlock(block, told);
        }
    }

    private MirrorRow RowOf(string table, string id)
    {
        if (!_rows.TryGetValue((table, id), out var row))
            _rows.Add((table, id), row = new(MirrorTables.Named(table), id));
        return row;
    }

    private Life[] ParentsOf(MirrorRow row, MirrorChange change) =>
        [.. change.ParentIds.Select((parent, i) => LifeBeforeSettling(row, parent ?? row.ParentIds[i], i))];

    /// <summary>What the batch knows of a parent so far; nothing at all means that it lives.</summary>
    private Life LifeBeforeSettling(MirrorRow row, string? parentId, int i)
    {
        if (parentId is null || !_rows.TryGetValue((row.Table.Parents[i].Table, parentId), out var parent))
            return row.StoredParents[i];
        return parent.ToldDeletedAt is { } told ? new(told, told, "event")
            : parent.IsAbsent ? new(null, parent.ProvenAbsentAt, "reconcile")
            : default;
    }

    private Life ParentLife(MirrorRow row, ParentColumn parent, int i) =>
        row.ParentIds[i] is { } id && _rows.TryGetValue((parent.Table, id), out var known) ? known.Life : row.StoredParents[i];

    private ObjectState WithoutBlocksOfTheErased(MirrorRow row)
    {
        var state = row.NewState!;
        string[] gone = [.. row.Table.Blocks.Where(b => IsTold(b.OwnerTable, OwnerId(row.Table, b, state))).Select(b => b.Member).Distinct(StringComparer.Ordinal)];
        return gone.Length == 0 ? state : state with { Document = CanonicalDocument.Without(state.Data, gone) };
    }

    private static string? OwnerId(MirrorTable table, EmbeddedBlock block, ObjectState? state) =>
        state is null ? null : table.Computed.First(c => c.Name == block.OwnerColumn).Compute(state.Data) as string;
}
