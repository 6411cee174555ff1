using ClerkSync.Storage;

namespace ClerkSync.Sqlite;

/// <summary>What SQLite says about tables that are not ours, and how values get into them. Its columns take values of any type.</summary>
internal sealed partial class SqliteDialect
{
    public override string NewUuid =>
        "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

    /// <summary>A column that is the table's own row number fills itself.</summary>
    public override SqlQuery ForeignColumns(QualifiedName table, Action<ForeignColumn> onColumn) => new(
        """
        SELECT s.name, s.type, c.name, c.type, c."notnull" = 0 AND c.pk = 0,
        c.dflt_value IS NOT NULL OR (c.pk = 1 AND upper(c.type) = 'INTEGER' AND k.keys = 1), c.hidden IN (2, 3),
        (c.pk = 1 AND k.keys = 1) OR EXISTS (
          SELECT 1 FROM pragma_index_list(s.name) AS i WHERE i."unique" = 1 AND i.partial = 0
          AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1 AND (SELECT n.name FROM pragma_index_info(i.name) AS n) = c.name),
        c.pk = 1 OR EXISTS (SELECT 1 FROM pragma_index_list(s.name) AS i JOIN pragma_index_info(i.name) AS n WHERE i.partial = 0 AND n.seqno = 0 AND n.name = c.name)
        FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c, (SELECT count(*) AS keys FROM pragma_table_info($1) WHERE pk > 0) AS k
        WHERE s.name = $1 AND s.type IN ('table', 'view') AND $2 IN ('', 'main') AND c.hidden <> 1 ORDER BY c.cid
        """,
        [SqlValue.Text(table.Name), SqlValue.Text(table.Schema ?? "")],
        reader => onColumn(new(
            "main",
            reader.GetString(0),
            reader.GetString(1) == "table",
            reader.GetString(2),
            reader.GetString(3),
            null,
            null,
            ColumnFamily.Any,
            reader.GetInt64(4) == 1,
            reader.GetInt64(5) == 1,
            reader.GetInt64(6) == 1,
            reader.GetInt64(7) == 1)
        {
            IsIndexed = reader.GetInt64(8) == 1,
        }));

    public override SqlQuery ForeignTables(Action<string> onName) => new(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name", [], reader => onName(reader.GetString(0)));

    public override string FitFor(string expression, ColumnKind kind, ForeignColumn target) => $"({expression})";

    public override string JsonFor(string document, IReadOnlyList<string> path, ForeignColumn target) =>
        $"json_extract({document}, {Literal($"$.{string.Join('.', path.Select(Member))}")})";

    public override string FitOrNull(string expression, ForeignColumn target) => $"({expression})";

    /// <summary>A column may be declared to ignore case when it compares.</summary>
    public override string Differs(string column, string value, ForeignColumn target) => $"{column} COLLATE BINARY IS NOT {value}";

    /// <summary>A member of a path. Plain ones stay as they are, because the text of a generated column is part of the schema's fingerprint.</summary>
    private static string Member(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : $"\"{name}\"";
}
