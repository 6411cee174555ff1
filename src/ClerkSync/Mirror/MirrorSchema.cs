using ClerkSync.Storage;

namespace ClerkSync.Mirror;

/// <summary>The schema of the mirror, made of its definitions.</summary>
internal static class MirrorSchema
{
    /// <summary>The condition that nothing but a stub is known of a living object. Also the condition of the index that finds them, so it is written one way only.</summary>
    public const string IsStub = "sync_completeness = 0 AND deleted_at IS NULL";

    /// <summary>Tables whose objects are mentioned in others by blocks that make a stub.</summary>
    public static readonly IReadOnlyList<string> TablesWithStubs = ["users", "organizations"];

    public static IEnumerable<TableSchema> Tables(SqlDialect dialect) => MirrorTables.All.Select(t => Table(t, dialect));

    public static IEnumerable<ViewSchema> Views(SqlDialect dialect)
    {
        foreach (var table in MirrorTables.All)
        {
            yield return Live(table, dialect);
            foreach (var view in table.ArrayViews)
                yield return Items(table, view, dialect);
        }
    }

    /// <summary>What a row shows to its readers, in the order of the columns.</summary>
    public static IEnumerable<(string Name, ColumnKind Kind, string Meaning)> PublicColumns(MirrorTable table) =>
    [
        ("id", ColumnKind.Id, "Clerk's id."),
        .. table.Parents.Select(p => (p.Column, ColumnKind.Id, $"Id in `{p.Table}`. Stays when the row is erased.")),
        .. table.Computed.Select(c => (c.Name, c.Kind, c.Meaning)),
        .. table.Generated.Select(g => (g.Name, g.Kind, string.Join(", else ", g.Paths.Select(p => $"`{string.Join('.', p)}`")))),
    ];

    private static TableSchema Table(MirrorTable table, SqlDialect dialect)
    {
        ColumnSchema[] columns =
        [
            new("id", $"{dialect.ColumnType(ColumnKind.Id)} NOT NULL PRIMARY KEY"),
            new("data", dialect.ColumnType(ColumnKind.Json)),
            .. table.Parents.Select(p => new ColumnSchema(p.Column, dialect.ColumnType(ColumnKind.Id))),
            .. table.Computed.Select(c => new ColumnSchema(c.Name, dialect.ColumnType(c.Kind))),
            .. table.Generated.Select(g => new ColumnSchema(g.Name, $"{dialect.ColumnType(g.Kind)} {dialect.Generated(g.Expression(dialect))}", IsDerived: true)),
            .. MirrorTableSql.SyncColumns.Select(c => new ColumnSchema(c.Name, SyncColumn(c.Name, c.Kind, dialect))),
        ];

        // None on a column that every write changes, not even a partial one: PostgreSQL would have to touch all of them for every new state.
        IndexSchema[] indexes =
        [
            .. table.Parents.Select(p => new IndexSchema($"{table.Name}_{p.Column}", p.Column)),
            .. table.Indexed.Select(c => new IndexSchema($"{table.Name}_{c}", c, $"{c} IS NOT NULL")),
            .. table.Computed.Where(c => c.Kind == ColumnKind.TextList).Select(c => new IndexSchema($"{table.Name}_{c.Name}", c.Name, IsList: true)),
            .. TablesWithStubs.Contains(table.Name, StringComparer.Ordinal) ? [new IndexSchema($"{table.Name}_stub_ids", "id", IsStub)] : Array.Empty<IndexSchema>(),
        ];
        return new(SchemaArea.Mirror, table.Name, columns, indexes);
    }

    private static string SyncColumn(string name, ColumnKind kind, SqlDialect dialect) => name switch
    {
        "sync_version" or "sync_completeness" => $"{dialect.ColumnType(kind)} NOT NULL DEFAULT 0",
        "deleted_by" => $"{dialect.ColumnType(kind)} CHECK (deleted_by IN ('event', 'cascade', 'reconcile'))",
        _ => dialect.ColumnType(kind),
    };

    private static ViewSchema Live(MirrorTable table, SqlDialect dialect) => new(
        $"{table.Name}_live",
        $"SELECT {string.Join(", ", PublicColumns(table).Select(c => $"t.\"{c.Name}\""))}, t.data, t.instance_id, t.synced_at "
        + $"FROM {dialect.TableName(SchemaArea.Mirror, table.Name)} AS t WHERE t.deleted_at IS NULL");

    private static ViewSchema Items(MirrorTable table, ArrayView view, SqlDialect dialect)
    {
        var primary = view.PrimaryColumn is { } column
            ? $", COALESCE({dialect.JsonItemText(["id"])} = t.\"{column}\", {(dialect.RewritesOnAddColumn ? "false" : "0")}) AS is_primary"
            : "";
        return new(
            view.Name,
            $"SELECT t.id AS user_id, {string.Join(", ", view.Columns.Select(c => $"{dialect.JsonItemText(c.Path)} AS {c.Name}"))}{primary} "
            + $"FROM {dialect.TableName(SchemaArea.Mirror, table.Name)} AS t, {dialect.JsonArrayItems("t", view.Member)} WHERE t.deleted_at IS NULL");
    }
}
