using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.PostgreSql;

/// <summary>PostgreSQL's answers. Versions 13 and later; tested on 15.</summary>
internal sealed partial class PostgreSqlDialect(StorageOptions options) : SqlDialect(options)
{
    private const string LockMigration = "pg_advisory_xact_lock(7164775614989891950)";

    public override IReadOnlyList<string> CreateAreas =>
        [$"CREATE SCHEMA IF NOT EXISTS {Quoted(Options.MirrorSchema)}", $"CREATE SCHEMA IF NOT EXISTS {Quoted(Options.EngineSchema)}"];

    public override bool RewritesOnAddColumn => true;

    public override IReadOnlyList<ExtraObject> ExtraObjects => EnsureUser.Objects(this);

    /// <summary>The number is any that no other program is likely to use.</summary>
    public override string MigrationLock => $"SELECT {LockMigration}";

    public override string TableName(SchemaArea area, string name) => $"{Quoted(Schema(area))}.{Quoted(name)}";

    public override SqlQuery WriterLock(Action onLocked) =>
        new($"SELECT value FROM {TableName(SchemaArea.Engine, "checkpoints")} WHERE name = '{EngineSchema.Writer}'{PostgreSqlFaults.WriterLockMark}", [], _ => onLocked());

    public override string IsAnyOf(string column, string parameter) => $"{column} = ANY({parameter})";

    public override string IsIndexedAnyOf(string table, string key, string column, string parameter, string condition) =>
        $"{key} = ANY(ARRAY(SELECT found.{key} FROM unnest({parameter}) AS wanted(value) CROSS JOIN LATERAL "
        + $"(SELECT f.{key} FROM {table} AS f WHERE f.{column} = wanted.value AND {condition} OFFSET 0) AS found))";

    public override string BulkInsert(string table, IReadOnlyList<BulkColumn> columns) => $"INSERT INTO {table} ({Names(columns)}) {SelectRows(columns)}";

    public override string BulkUpdate(string table, IReadOnlyList<BulkColumn> columns, string condition = "true") =>
        $"UPDATE {table} AS t SET {string.Join(", ", columns.Skip(1).Select(c => $"{c.Name} = {Cast($"v.{c.Name}", c.Kind)}"))} "
        + $"FROM unnest({Parameters(columns)}) AS v({Names(columns)}) WHERE t.{columns[0].Name} = v.{columns[0].Name} AND {condition}";

    public override string Now(string milliseconds = "0") => $"clock_timestamp() + {milliseconds} * interval '1 millisecond'";

    public override string RowLock => " FOR UPDATE OF t";

    public override string RowLockSkipping => " FOR UPDATE OF t SKIP LOCKED";

    public override IReadOnlyList<SqlStatement> PlanAnew { get; } = [Set(("plan_cache_mode", "force_custom_plan"))];

    public override IReadOnlyList<SqlStatement> FindByKey { get; } = [Set(("enable_seqscan", "off"), ("enable_mergejoin", "off"))];

    public override string UseUtc => "SET LOCAL TimeZone = 'UTC'";

    public override string CheckDeferred => "SET CONSTRAINTS ALL IMMEDIATE";

    public override string Earliest(string first, string second) => $"LEAST({first}, {second})";

    public override string WithoutMember(string document, string member) => $"{document} - {Literal(member)}";

    public override string JsonColumn(ColumnKind kind, IReadOnlyList<string> path, string document = "data")
    {
        var (json, text) = Access(document, path);
        return kind switch
        {
            ColumnKind.Text or ColumnKind.Id =>
                $"CASE WHEN jsonb_typeof({json}) = 'string' THEN CASE WHEN octet_length({text}) <= {LongestText} THEN {text} END END",
            ColumnKind.Boolean => $"CASE WHEN jsonb_typeof({json}) = 'boolean' THEN ({text})::boolean END",
            ColumnKind.Integer =>
                $"CASE WHEN jsonb_typeof({json}) = 'number' THEN CASE WHEN {text} ~ '^-?[0-9]{{1,18}}$' THEN ({text})::bigint END END",
            ColumnKind.Timestamp =>
                $"CASE WHEN jsonb_typeof({json}) = 'number' THEN CASE WHEN {text} ~ '^[0-9]{{1,14}}$' THEN to_timestamp(({text})::float8 / 1000) END END",
            ColumnKind.Json => $"CASE WHEN jsonb_typeof({json}) IN ('object', 'array') THEN {json} END",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A generated column is text, id, boolean, integer, timestamp or JSON."),
        };
    }

    public override string JsonArrayItems(string rowAlias, string member) =>
        $"jsonb_array_elements(CASE WHEN jsonb_typeof({rowAlias}.data -> {Literal(member)}) = 'array' THEN {rowAlias}.data -> {Literal(member)} ELSE '[]'::jsonb END) AS item(value)";

    public override string JsonItemText(IReadOnlyList<string> path)
    {
        var (json, text) = Access("item.value", path);
        return $"CASE WHEN jsonb_typeof({json}) = 'string' THEN {text} END";
    }

    public override string ColumnType(ColumnKind kind) => kind switch
    {
        ColumnKind.Text => "text",
        ColumnKind.Id => "text COLLATE \"C\"",
        ColumnKind.TextList => "text[]",
        ColumnKind.Integer => "bigint",
        ColumnKind.Boolean => "boolean",
        ColumnKind.Timestamp => "timestamptz",
        ColumnKind.Json => "jsonb",
        ColumnKind.Binary => "bytea",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public override string Generated(string expression) => $"GENERATED ALWAYS AS ({expression}) STORED";

    public override string SequenceColumn(string name) => $"{name} bigint GENERATED ALWAYS AS IDENTITY UNIQUE";

    public override IReadOnlyList<string> KeepRows(TableSchema table) => PostgreSqlRows.Keep(this, table);

    public override IReadOnlyList<string> AddColumns(string table, IReadOnlyList<string> definitions) =>
        [$"ALTER TABLE {table} {string.Join(", ", definitions.Select(d => $"ADD COLUMN {d}"))}"];

    public override IReadOnlyList<string> AddMissingColumns(string table, IReadOnlyList<string> definitions) =>
        AddColumns(table, [.. definitions.Select(d => $"IF NOT EXISTS {d}")]);

    /// <summary>Replacing cannot put a new column between two others.</summary>
    public override IReadOnlyList<string> MakeView(string view, string select) => [$"DROP VIEW IF EXISTS {view}", $"CREATE VIEW {view} AS {select}"];

    public override IReadOnlyList<string> RunOnce(SchemaScript script)
    {
        var history = TableName(SchemaArea.Engine, "schema_history");
        var tables = script.Tables.Select(t => TableName(t.Area, t.Name)).ToArray();
        return
        [
            $"""
            DO $clerksync$
            DECLARE foreign_tables text;
            BEGIN
              PERFORM {LockMigration};
              IF to_regclass({Literal(history)}) IS NOT NULL THEN
                IF EXISTS (
                  SELECT 1 FROM (SELECT h.version, h.fingerprint FROM {history} AS h ORDER BY h.sequence DESC LIMIT 1) AS newest
                  WHERE newest.version > {SchemaDefinition.Version} OR newest.fingerprint = {Literal(script.Fingerprint)}) THEN
                  RETURN;
                END IF;
              ELSE
                SELECT string_agg(t.name, ', ') INTO foreign_tables
                FROM unnest(ARRAY[{string.Join(", ", tables.Select(Literal))}]) AS t(name) WHERE to_regclass(t.name) IS NOT NULL;
                IF foreign_tables IS NOT NULL THEN
                  RAISE EXCEPTION 'These tables exist and were not made by ClerkSync: %. Rename them, or choose other schemas.', foreign_tables;
                END IF;
              END IF;
            {string.Join(";\n", script.Statements)};
            {script.WriteHistory(this, "true")};
            END $clerksync$
            """,
        ];
    }

    public override string ListIndex(string index, string table, string column) => $"CREATE INDEX {index} ON {table} USING gin ({column})";

    public override SqlQuery ColumnsOf(SchemaArea area, string name, Action<string> onName) => new(
        "SELECT column_name::text FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2",
        [SqlValue.Text(Schema(area)), SqlValue.Text(name)],
        reader => onName(reader.GetString(0)));

    public override SqlQuery ObjectsOf(SchemaArea area, Action<string> onName) => new(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'i')",
        [SqlValue.Text(Schema(area))],
        reader => onName(reader.GetString(0)));

    /// <summary>Functions may be called like tables, so they are looked for by themselves.</summary>
    public override SqlQuery ExtraObjectsOf(SchemaArea area, Action<string> onName) => new(
        "SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1 "
        + $"AND p.proname IN ({string.Join(", ", ExtraObjects.Select(o => Literal(o.Name)).Distinct(StringComparer.Ordinal))})",
        [SqlValue.Text(Schema(area))],
        reader => onName(reader.GetString(0)));

    public override SqlQuery EstimateRows(SchemaArea area, string name, Action<long> onCount) => new(
        "SELECT greatest(c.reltuples, pg_relation_size(c.oid) / 8192)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
        [SqlValue.Text(Schema(area)), SqlValue.Text(name)],
        reader => onCount(reader.GetInt64(0)));

    public override string IndexName(SchemaArea area, string name) => name;

    public override long? ReadTimestamp(DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : new DateTimeOffset(reader.GetFieldValue<DateTime>(ordinal)).ToUnixTimeMilliseconds();

    private static string Names(IReadOnlyList<BulkColumn> columns) => string.Join(", ", columns.Select(c => c.Name));

    private static string Parameters(IReadOnlyList<BulkColumn> columns) =>
        string.Join(", ", columns.Select((c, i) => $"${i + 1}::{ElementType(c.Kind)}[]"));

    private static string SelectRows(IReadOnlyList<BulkColumn> columns) =>
        $"SELECT {string.Join(", ", columns.Select(c => Cast($"v.{c.Name}", c.Kind)))} FROM unnest({Parameters(columns)}) AS v({Names(columns)})";

    /// <summary>Arrays of arrays would be flattened by <c>unnest</c>, so a list travels as an array literal.</summary>
    private static string Cast(string expression, ColumnKind kind) => kind == ColumnKind.TextList ? $"{expression}::text[]" : expression;

    private static string ElementType(ColumnKind kind) => kind switch
    {
        ColumnKind.Text or ColumnKind.Id or ColumnKind.TextList => "text",
        ColumnKind.Integer => "bigint",
        ColumnKind.Boolean => "boolean",
        ColumnKind.Timestamp => "timestamptz",
        ColumnKind.Json => "jsonb",
        _ => "bytea",
    };

    /// <summary>For this transaction, also where none was begun and the batch is one; SET LOCAL would warn of that each time.</summary>
    private static SqlQuery Set(params IEnumerable<(string Name, string Value)> settings) =>
        new($"SELECT {string.Join(", ", settings.Select(s => $"set_config({Literal(s.Name)}, {Literal(s.Value)}, true)"))}", [], static _ => { });

    private static (string Json, string Text) Access(string document, IReadOnlyList<string> path) =>
        path.Count == 1
            ? ($"({document} -> {Literal(path[0])})", $"({document} ->> {Literal(path[0])})")
            : ($"({document} #> {Literal($"{{{string.Join(',', path.Select(Element))}}}")})", $"({document} #>> {Literal($"{{{string.Join(',', path.Select(Element))}}}")})");

    /// <summary>A name of a path. Plain ones stay as they are, because the text of a generated column is part of the schema's fingerprint.</summary>
    private static string Element(string name) => name.All(c => char.IsAsciiLetterLower(c) || c == '_') && name != "null"
        ? name
        : $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private string Schema(SchemaArea area) => area == SchemaArea.Mirror ? Options.MirrorSchema : Options.EngineSchema;
}
