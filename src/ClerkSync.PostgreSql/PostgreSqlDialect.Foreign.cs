using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.PostgreSql;

/// <summary>What PostgreSQL says about tables that are not ours, and how values get into them.</summary>
internal sealed partial class PostgreSqlDialect
{
    /// <summary>
    /// A cast to <c>varchar(5)</c> cuts silently, and assigning without it fails loudly: so texts are cast without their length, and what is
    /// rounded when it is stored is cast with its precision, so that it compares equal afterwards.
    /// </summary>
    private const string ForeignColumnsText =
        """
        SELECT n.nspname::text, c.relname::text, c.relkind IN ('r', 'p'), a.attname::text,
        pg_catalog.format_type(a.atttypid, a.atttypmod),
        pg_catalog.format_type(a.atttypid, CASE WHEN b.typcategory = 'S' THEN NULL ELSE a.atttypmod END),
        (SELECT pg_catalog.quote_ident(o.nspname) || '.' || pg_catalog.quote_ident(l.collname) FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace o ON o.oid = l.collnamespace WHERE l.oid = a.attcollation),
        CASE WHEN b.typtype = 'e' THEN 'enum' ELSE b.typname::text END,
        NOT a.attnotnull AND NOT t.typnotnull, a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL, a.attgenerated <> '' OR a.attidentity = 'a',
        EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
        WHERE c.oid = pg_catalog.to_regclass($1) ORDER BY a.attnum
        """;

    public override string NewUuid => "gen_random_uuid()::text";

    public override SqlQuery ForeignColumns(QualifiedName table, Action<ForeignColumn> onColumn) =>
        new(ForeignColumnsText, [SqlValue.Text(table.Quoted)], reader => onColumn(ReadColumn(reader)));

    public override SqlQuery ForeignTables(Action<string> onName) => new(
        "SELECT n.nspname::text || '.' || c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        + "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', $1, $2) ORDER BY 1",
        [SqlValue.Text(Options.MirrorSchema), SqlValue.Text(Options.EngineSchema)],
        reader => onName(reader.GetString(0)));

    public override string FitFor(string expression, ColumnKind kind, ForeignColumn target)
    {
        var value = (kind, target.Family) switch
        {
            (ColumnKind.Timestamp, ColumnFamily.LocalTimestamp or ColumnFamily.Date) => $"(({expression}) AT TIME ZONE 'UTC')",
            (ColumnKind.TextList, ColumnFamily.Json) => $"to_jsonb({expression})",
            (ColumnKind.Text or ColumnKind.Id, ColumnFamily.Uuid or ColumnFamily.Choice) => $"({expression})::text",
            _ => $"({expression})",
        };
        return Collated($"{value}::{target.Cast}", target);
    }

    public override string JsonFor(string document, IReadOnlyList<string> path, ForeignColumn target)
    {
        var kind = target.Family switch
        {
            ColumnFamily.Integer => ColumnKind.Integer,
            ColumnFamily.Boolean => ColumnKind.Boolean,
            ColumnFamily.Timestamp or ColumnFamily.LocalTimestamp or ColumnFamily.Date => ColumnKind.Timestamp,
            ColumnFamily.Json => ColumnKind.Json,
            _ => ColumnKind.Text,
        };
        var (json, text) = Access(document, path);
        return target.Family == ColumnFamily.Number
            ? $"(CASE WHEN jsonb_typeof({json}) = 'number' THEN ({text})::numeric END)::{target.Cast}"
            : FitFor(JsonColumn(kind, path, document), kind, target);
    }

    public override string FitOrNull(string expression, ForeignColumn target) => target.Family switch
    {
        ColumnFamily.Uuid => $"CASE WHEN ({expression}) ~* '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' THEN ({expression})::uuid END",
        ColumnFamily.Integer => $"CASE WHEN ({expression}) ~ '^-?[0-9]{{1,18}}$' THEN ({expression})::bigint END",
        _ => Collated($"({expression})::{target.Cast}", target),
    };

    /// <summary>As text byte by byte: <c>citext</c> and some collations call different texts equal, and <c>json</c> cannot be compared at all.</summary>
    public override string Differs(string column, string value, ForeignColumn target)
    {
        var through = target.Family == ColumnFamily.Json ? "::jsonb::text" : "::text";
        return $"({column}){through} COLLATE \"C\" IS DISTINCT FROM ({value}){through} COLLATE \"C\"";
    }

    /// <summary>Ids of the mirror have a collation of their own, and two columns with different ones cannot be compared.</summary>
    private static string Collated(string expression, ForeignColumn target) => target.Collation is { } collation ? $"({expression}) COLLATE {collation}" : expression;

    private static ForeignColumn ReadColumn(DbDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetBoolean(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetString(5),
        reader.IsDBNull(6) ? null : reader.GetString(6),
        FamilyOf(reader.GetString(7)),
        reader.GetBoolean(8),
        reader.GetBoolean(9),
        reader.GetBoolean(10),
        reader.GetBoolean(11));

    private static ColumnFamily FamilyOf(string type) => type switch
    {
        "text" or "varchar" or "bpchar" or "name" or "citext" => ColumnFamily.Text,
        "uuid" => ColumnFamily.Uuid,
        "enum" => ColumnFamily.Choice,
        "int2" or "int4" or "int8" => ColumnFamily.Integer,
        "numeric" or "float4" or "float8" => ColumnFamily.Number,
        "bool" => ColumnFamily.Boolean,
        "timestamptz" => ColumnFamily.Timestamp,
        "timestamp" => ColumnFamily.LocalTimestamp,
        "date" => ColumnFamily.Date,
        "json" or "jsonb" => ColumnFamily.Json,
        "_text" or "_varchar" => ColumnFamily.TextList,
        _ => ColumnFamily.Other,
    };
}
