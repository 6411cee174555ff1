using System.Text;
using ClerkSync.Events;
using ClerkSync.Storage;

namespace ClerkSync.Mirror;

/// <summary>The statements of one mirror table in one dialect, made once.</summary>
internal sealed class MirrorTableSql
{
    private static readonly (string Name, ColumnKind Kind)[] StateColumns =
    [
        ("instance_id", ColumnKind.Id),
        ("sync_version", ColumnKind.Integer),
        ("sync_completeness", ColumnKind.Integer),
        ("sync_event_at", ColumnKind.Timestamp),
        ("sync_tiebreaker", ColumnKind.Binary),
        ("sync_source", ColumnKind.Id),
        ("sync_message_id", ColumnKind.Id),
        ("sync_repairs", ColumnKind.Text),
    ];

    private static readonly (string Name, ColumnKind Kind)[] LifeColumns =
    [
        ("synced_at", ColumnKind.Timestamp),
        ("told_deleted_at", ColumnKind.Timestamp),
        ("last_seen_at", ColumnKind.Timestamp),
        ("proven_absent_at", ColumnKind.Timestamp),
        ("deleted_at", ColumnKind.Timestamp),
        ("deleted_by", ColumnKind.Id),
    ];

    private readonly SqlDialect _dialect;
    private readonly string _loadText;
    private readonly string _addText;
    private readonly string _stateText;
    private readonly string _touchText;
    private readonly string _erasedText;

    public MirrorTableSql(MirrorTable table, SqlDialect dialect)
    {
        Table = table;
        _dialect = dialect;
        Name = dialect.TableName(SchemaArea.Mirror, table.Name);
        _loadText = LoadText();
        _addText = dialect.BulkUpsert(Name, "id", StateRows(0));
        _stateText = dialect.BulkUpdate(Name, StateRows(0));
        _touchText = dialect.BulkUpdate(Name, TouchRows(0));
        _erasedText = dialect.BulkUpsert(Name, "id", TouchRows(0), ", data = NULL" + string.Concat(table.Computed.Select(c => $", {c.Name} = NULL")));
    }

    public MirrorTable Table { get; }

    public string Name { get; }

    /// <summary>All columns that are not derived, with their kinds: what the schema is made of.</summary>
    public static IEnumerable<(string Name, ColumnKind Kind)> SyncColumns => [.. StateColumns, .. LifeColumns];

    public SqlQuery Load(IReadOnlyCollection<string> ids, Func<string, MirrorRow> rowOf) => new(
        _loadText,
        [SqlValue.List([.. ids])],
        reader => MirrorRowReader.Read(reader, rowOf(reader.GetString(0)), _dialect));

    public SqlQuery LoadDocuments(IReadOnlyCollection<string> ids, Func<string, MirrorRow> rowOf) => new(
        $"SELECT t.id, t.data FROM {Name} AS t WHERE {_dialect.IsAnyOf("t.id", "$1")} AND t.data IS NOT NULL",
        [SqlValue.List([.. ids])],
        reader => rowOf(reader.GetString(0)).StoredDocument = CanonicalDocument.Parse(Encoding.UTF8.GetBytes(reader.GetString(1))));

    /// <summary>Rows that are not there yet; <c>ensure_user</c> may have added one meanwhile, without the writer's lock.</summary>
    public SqlBulk AddStates(IReadOnlyList<MirrorRow> rows, long now, Func<MirrorRow, ObjectState> stateOf) => WithDocument(_addText, rows, now, stateOf);

    /// <summary>Rows that are there. An insert that finds them works out all derived columns twice.</summary>
    public SqlBulk WriteStates(IReadOnlyList<MirrorRow> rows, long now, Func<MirrorRow, ObjectState> stateOf) => WithDocument(_stateText, rows, now, stateOf);

    private SqlBulk WithDocument(string text, IReadOnlyList<MirrorRow> rows, long now, Func<MirrorRow, ObjectState> stateOf)
    {
        var columns = StateRows(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var state = stateOf(rows[i]);
            columns[0].Values[i] = rows[i].Id;
            columns[1].Values[i] = state.Document;
            for (var c = 0; c < Table.Computed.Count; c++)
                columns[2 + c].Values[i] = Table.Computed[c].Compute(rows[i].NewState!.Data);
            FillRest(columns, 2 + Table.Computed.Count, rows[i], i, now);
        }

        return new(text, columns, rows.Count);
    }

    public SqlBulk WriteTouched(IReadOnlyList<MirrorRow> rows, long now) => WithoutDocument(_touchText, rows, now);

    public SqlBulk WriteErased(IReadOnlyList<MirrorRow> rows, long now) => WithoutDocument(_erasedText, rows, now);

    /// <summary>
    /// Works out anew what is deleted by cascade among the children of parents whose life changed. What was erased with its parent does not come back with it: nothing is
    /// left to show, and a state that shows it alive brings it back.
    /// </summary>
    public SqlQuery Cascade(ParentColumn changed, string[] parentIds, long now)
    {
        var deaths = Table.Parents.Select(p => $"(SELECT p.deleted_at FROM {Parent(p)} AS p WHERE p.id = t.{p.Column})").ToArray();
        var cascadedAt = deaths.Aggregate(_dialect.Earliest);
        const string IsAbsent = "t.proven_absent_at IS NOT NULL AND (t.last_seen_at IS NULL OR t.proven_absent_at >= t.last_seen_at)";
        return new(
            $"""
            UPDATE {Name} AS t SET
            deleted_at = CASE WHEN t.told_deleted_at IS NOT NULL THEN t.told_deleted_at WHEN {cascadedAt} IS NOT NULL THEN {cascadedAt} WHEN {IsAbsent} THEN t.proven_absent_at WHEN t.data IS NULL THEN t.deleted_at END,
            deleted_by = CASE WHEN t.told_deleted_at IS NOT NULL THEN 'event' WHEN {cascadedAt} IS NOT NULL THEN 'cascade' WHEN {IsAbsent} THEN 'reconcile' WHEN t.data IS NULL THEN t.deleted_by END,
            synced_at = $2
            WHERE {_dialect.IsAnyOf($"t.{changed.Column}", "$1")}
            """,
            [SqlValue.List(parentIds), SqlValue.Timestamp(now)]);
    }

    /// <summary>Erases the children of parents that Clerk told us are deleted. Their ids and their parents' ids stay.</summary>
    public SqlQuery EraseChildren(ParentColumn parent, string[] parentIds) => new(
        $"UPDATE {Name} AS t SET data = NULL, {string.Concat(Table.Computed.Select(c => $"{c.Name} = NULL, "))}"
        + "instance_id = NULL, sync_version = 0, sync_completeness = 0, sync_event_at = NULL, sync_tiebreaker = NULL, sync_source = NULL, "
        + $"sync_message_id = NULL, sync_repairs = NULL WHERE {_dialect.IsAnyOf($"t.{parent.Column}", "$1")} AND t.data IS NOT NULL",
        [SqlValue.List(parentIds)]);

    /// <summary>Takes the copies of erased objects out of other objects' documents.</summary>
    public SqlQuery RemoveBlock(EmbeddedBlock block, string[] ownerIds) => new(
        $"UPDATE {Name} AS t SET data = {_dialect.WithoutMember("data", block.Member)} WHERE {_dialect.IsAnyOf($"t.{block.OwnerColumn}", "$1")} AND t.data IS NOT NULL",
        [SqlValue.List(ownerIds)]);

    private SqlBulk WithoutDocument(string text, IReadOnlyList<MirrorRow> rows, long now)
    {
        var columns = TouchRows(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            columns[0].Values[i] = rows[i].Id;
            FillRest(columns, 1, rows[i], i, now);
        }

        return new(text, columns, rows.Count);
    }

    private BulkColumn[] StateRows(int count) =>
    [
        new("id", ColumnKind.Id, count),
        new("data", ColumnKind.Json, count),
        .. Table.Computed.Select(c => new BulkColumn(c.Name, c.Kind, count)),
        .. Rest(count),
    ];

    private BulkColumn[] TouchRows(int count) => [new("id", ColumnKind.Id, count), .. Rest(count)];

    private IEnumerable<BulkColumn> Rest(int count) =>
    [
        .. Table.Parents.Select(p => new BulkColumn(p.Column, ColumnKind.Id, count)),
        .. SyncColumns.Select(c => new BulkColumn(c.Name, c.Kind, count)),
    ];

    private static void FillRest(BulkColumn[] columns, int first, MirrorRow row, int i, long now)
    {
        object?[] values =
        [
            .. row.ParentIds,
            row.Origin?.InstanceId,
            row.Version?.UpdatedAt ?? 0L,
            (long)(row.Version?.Completeness ?? Completeness.Stub),
            row.Version?.EventAt,
            row.Version?.Tiebreaker,
            row.Origin?.Source,
            row.Origin?.MessageId,
            row.Origin?.Repairs,
            now,
            row.Life.ToldDeletedAt,
            row.LastSeenAt,
            row.ProvenAbsentAt,
            row.Life.DeletedAt,
            row.Life.DeletedBy,
        ];
        for (var c = 0; c < values.Length; c++)
            columns[first + c].Values[i] = values[c];
    }

    private string LoadText()
    {
        var parents = Table.Parents.Select((p, i) => (p, Alias: $"p{i}")).ToArray();
        var columns = string.Concat(parents.Select(p => $", t.{p.p.Column}, {p.Alias}.told_deleted_at, {p.Alias}.deleted_at, {p.Alias}.deleted_by"));
        var joins = string.Concat(parents.Select(p => $" LEFT JOIN {Parent(p.p)} AS {p.Alias} ON {p.Alias}.id = t.{p.p.Column}"));
        return $"SELECT {MirrorRowReader.Columns}{columns} FROM {Name} AS t{joins} WHERE {_dialect.IsAnyOf("t.id", "$1")}";
    }

    private string Parent(ParentColumn parent) => _dialect.TableName(SchemaArea.Mirror, parent.Table);
}
