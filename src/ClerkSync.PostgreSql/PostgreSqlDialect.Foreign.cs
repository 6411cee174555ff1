using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.PostgreSql;

/// <summary>What PostgreSQL says about tables that are not ours, and how values get into them.</summary>
internal sealed partial class PostgreSqlDialect
{
    /// <summary>
    /// A cast to <c>varchar(5)</c>, or to a domain over it, cuts silently, and assigning without it fails loudly: so texts are cast to their type without a length
    /// (<c>bpchar</c> by its own name, because <c>character</c> means one of one character), and what is rounded when it is stored is cast with its precision, so that
    /// it compares equal afterwards. A domain may stand over a domain.
    /// </summary>
    private const string ForeignColumnsText =
        """
        SELECT n.nspname::text, c.relname::text, c.relkind IN ('r', 'p'), a.attname::text,
        pg_catalog.format_type(a.atttypid, a.atttypmod),
        CASE WHEN b.typname = 'bpchar' THEN 'pg_catalog.bpchar' WHEN b.typcategory = 'S' OR b.typname IN ('_text', '_varchar') THEN pg_catalog.format_type(b.oid, NULL) ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END,
        (SELECT pg_catalog.quote_ident(o.nspname) || '.' || pg_catalog.quote_ident(l.collname) FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace o ON o.oid = l.collnamespace WHERE l.oid = a.attcollation),
        CASE WHEN b.typtype = 'e' THEN 'enum' ELSE b.typname::text END,
        NOT a.attnotnull AND NOT u.isnotnull, a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL, a.attgenerated <> '' OR a.attidentity = 'a',
        EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum),
        EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum),
        CASE WHEN b.typname IN ('varchar', 'bpchar') AND u.typmod >= 4 THEN u.typmod - 4 END,
        ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = b.oid ORDER BY e.enumsortorder),
        pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')::integer + 2 * pg_catalog.has_column_privilege(c.oid, a.attnum, 'INSERT')::integer
        + 4 * pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE')::integer + 8 * pg_catalog.has_table_privilege(c.oid, 'DELETE')::integer
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        JOIN LATERAL (
          WITH RECURSIVE d(type, typmod, isnotnull, depth) AS (
            SELECT a.atttypid, a.atttypmod, false, 0
            UNION ALL SELECT y.typbasetype, y.typtypmod, d.isnotnull OR y.typnotnull, d.depth + 1 FROM d JOIN pg_catalog.pg_type y ON y.oid = d.type AND y.typtype = 'd')
          SELECT d.type, d.typmod, d.isnotnull FROM d ORDER BY d.depth DESC LIMIT 1) AS u ON true
        JOIN pg_catalog.pg_type b ON b.oid = u.type
        WHERE c.oid = pg_catalog.to_regclass($1) ORDER BY a.attnum
        """;

    private const string UuidPattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

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

    /// <summary>The limit of the mirror's own columns is one of index entries, so it does not hold here.</summary>
    public override string JsonFor(string document, IReadOnlyList<string> path, ForeignColumn target)
    {
        var (json, text) = Access(document, path);
        var whole = $"(CASE WHEN jsonb_typeof({json}) = 'string' THEN {text} END)";
        string Derived(ColumnKind kind) => FitFor(JsonColumn(kind, path, document), kind, target);
        return target.Family switch
        {
            ColumnFamily.Integer => WithinRange(JsonColumn(ColumnKind.Integer, path, document), target),
            ColumnFamily.Boolean => Derived(ColumnKind.Boolean),
            ColumnFamily.Timestamp or ColumnFamily.LocalTimestamp or ColumnFamily.Date => Derived(ColumnKind.Timestamp),
            ColumnFamily.Json => Derived(ColumnKind.Json),
            ColumnFamily.Number => $"(CASE WHEN jsonb_typeof({json}) = 'number' THEN ({text})::numeric END)::{target.Cast}",
            ColumnFamily.Uuid => $"(CASE WHEN {whole} ~* '{UuidPattern}' THEN {whole} END)::{target.Cast}",
            ColumnFamily.Choice => $"(CASE WHEN {whole} IN ({string.Join(", ", target.Labels.Select(Literal).DefaultIfEmpty("NULL"))}) THEN {whole} END)::{target.Cast}",
            _ => FitFor(whole, ColumnKind.Text, target),
        };
    }

    private static string WithinRange(string number, ForeignColumn target) => target.Cast switch
    {
        "smallint" => $"(CASE WHEN ({number}) BETWEEN {short.MinValue} AND {short.MaxValue} THEN ({number}) END)::smallint",
        "integer" => $"(CASE WHEN ({number}) BETWEEN {int.MinValue} AND {int.MaxValue} THEN ({number}) END)::integer",
        _ => $"({number})::{target.Cast}",
    };

    public override string FitOrNull(string expression, ForeignColumn target) => target.Family switch
    {
        ColumnFamily.Uuid => $"CASE WHEN ({expression}) ~* '{UuidPattern}' THEN ({expression})::uuid END",
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
        reader.GetBoolean(11))
    {
        IsIndexed = reader.GetBoolean(12),
        MaxLength = reader.IsDBNull(13) ? null : reader.GetInt32(13),
        Labels = reader.GetFieldValue<string[]>(14),
        Rights = (ColumnRights)reader.GetInt32(15),
    };

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
