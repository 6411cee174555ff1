using System.Data.Common;
using System.Globalization;
using ClerkSync.Storage;

namespace ClerkSync.Sqlite;

/// <summary>SQLite's answers. Moments are ISO 8601 texts in UTC with milliseconds, so that they sort and every tool reads them.</summary>
internal sealed partial class SqliteDialect(StorageOptions options) : SqlDialect(options)
{
    public const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override IReadOnlyList<string> CreateAreas => [];

    public override bool RewritesOnAddColumn => false;

    public override string? MigrationLock => null;

    public override IReadOnlyList<ExtraObject> ExtraObjects => SqliteAddressIndex.Objects(this);

    public override string TableName(SchemaArea area, string name) => $"\"{Prefix(area)}{name}\"";

    public override SqlQuery? WriterLock(Action onLocked) => null;

    public override string IsAnyOf(string column, string parameter) => $"{column} IN (SELECT value FROM json_each({parameter}))";

    public override string BulkInsert(string table, IReadOnlyList<BulkColumn> columns) =>
        $"INSERT INTO {table} ({string.Join(", ", columns.Select(c => c.Name))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"${i + 1}"))})";

    public override string BulkUpdate(string table, IReadOnlyList<BulkColumn> columns, string condition = "true") =>
        $"UPDATE {table} AS t SET {string.Join(", ", columns.Skip(1).Select((c, i) => $"{c.Name} = ${i + 2}"))} WHERE t.{columns[0].Name} = $1 AND {condition}";

    public override string Now(string milliseconds = "0") => $"strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ({milliseconds} / 1000.0) || ' seconds')";

    public override string RowLock => "";

    public override string RowLockSkipping => "";

    public override string Earliest(string first, string second) => $"COALESCE(min({first}, {second}), {first}, {second})";

    public override string WithoutMember(string document, string member) => $"json_remove({document}, {Literal($"$.{member}")})";

    public override string JsonColumn(ColumnKind kind, IReadOnlyList<string> path, string document = "data")
    {
        var at = Literal($"$.{string.Join('.', path.Select(Member))}");
        var type = $"json_type({document}, {at})";
        var value = $"json_extract({document}, {at})";
        return kind switch
        {
            ColumnKind.Text or ColumnKind.Id =>
                $"CASE WHEN {type} = 'text' THEN CASE WHEN length(CAST({value} AS BLOB)) <= {LongestText} THEN {value} END END",
            ColumnKind.Boolean => $"CASE {type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
            ColumnKind.Integer =>
                $"CASE WHEN {type} = 'integer' THEN CASE WHEN {value} BETWEEN -999999999999999999 AND 999999999999999999 THEN {value} END END",
            ColumnKind.Timestamp =>
                $"CASE WHEN {type} = 'integer' THEN CASE WHEN {value} BETWEEN 0 AND {LatestTimestamp} THEN strftime('%Y-%m-%dT%H:%M:%fZ', {value} / 1000.0, 'unixepoch') END END",
            ColumnKind.Json => $"CASE WHEN {type} IN ('object', 'array') THEN {value} END",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A generated column is text, id, boolean, integer, timestamp or JSON."),
        };
    }

    public override string JsonArrayItems(string rowAlias, string member)
    {
        var at = Literal($"$.{member}");
        return $"json_each(CASE WHEN json_type({rowAlias}.data, {at}) = 'array' THEN json_extract({rowAlias}.data, {at}) ELSE '[]' END) AS item";
    }

    public override string JsonItemText(IReadOnlyList<string> path)
    {
        var at = Literal($"$.{string.Join('.', path)}");
        return $"CASE WHEN item.type = 'object' THEN CASE WHEN json_type(item.value, {at}) = 'text' THEN json_extract(item.value, {at}) END END";
    }

    public override string ColumnType(ColumnKind kind) => kind switch
    {
        ColumnKind.Integer or ColumnKind.Boolean => "INTEGER",
        ColumnKind.Binary => "BLOB",
        _ => "TEXT",
    };

    public override string Generated(string expression) => $"GENERATED ALWAYS AS ({expression}) VIRTUAL";

    public override string SequenceColumn(string name) => $"{name} INTEGER PRIMARY KEY AUTOINCREMENT";

    public override IReadOnlyList<string> AddColumns(string table, IReadOnlyList<string> definitions) =>
        [.. definitions.Select(d => $"ALTER TABLE {table} ADD COLUMN {d}")];

    /// <summary>The migration at the start adds them: it can look.</summary>
    public override IReadOnlyList<string> AddMissingColumns(string table, IReadOnlyList<string> definitions) => [];

    public override IReadOnlyList<string> MakeView(string view, string select) => [$"CREATE VIEW IF NOT EXISTS {view} AS {select}"];

    /// <summary>
    /// Without a history everything is new, and then every table has all its columns; where one has not, it is somebody else's. With a history
    /// of an older version the row is missing still, and the migration at the start finishes the work.
    /// </summary>
    public override IReadOnlyList<string> RunOnce(SchemaScript script) =>
    [
        .. script.Statements,
        script.WriteHistory(
            this,
            string.Join(
                " AND ",
                [
                    $"NOT EXISTS (SELECT 1 FROM {TableName(SchemaArea.Engine, "schema_history")})",
                    .. script.Tables.Select(t => string.Create(
                        CultureInfo.InvariantCulture,
                        $"(SELECT count(*) FROM pragma_table_xinfo({Literal(Prefix(t.Area) + t.Name)}) WHERE name IN ({string.Join(", ", t.Columns.Select(c => Literal(c.Name)))})) = {t.Columns.Count}")),
                ])),
    ];

    public override string? ListIndex(string index, string table, string column) => null;

    public override SqlQuery ColumnsOf(SchemaArea area, string name, Action<string> onName) =>
        new("SELECT name FROM pragma_table_xinfo($1)", [SqlValue.Text(Prefix(area) + name)], reader => onName(reader.GetString(0)));

    public override SqlQuery ObjectsOf(SchemaArea area, Action<string> onName) => new(
        "SELECT substr(name, length($1) + 1) FROM sqlite_schema WHERE substr(name, 1, length($1)) = $1",
        [SqlValue.Text(Prefix(area))],
        reader => onName(reader.GetString(0)));

    public override SqlQuery EstimateRows(SchemaArea area, string name, Action<long> onCount) =>
        new($"SELECT count(*) FROM {TableName(area, name)}", [], reader => onCount(reader.GetInt64(0)));

    public override string IndexName(SchemaArea area, string name) => $"\"{Prefix(area)}{name}\"";

    public override long? ReadTimestamp(DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : ParseTimestamp(reader.GetString(ordinal));

    public static string FormatTimestamp(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture);

    private static long ParseTimestamp(string text) =>
        DateTimeOffset.ParseExact(text, TimestampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();

    private string Prefix(SchemaArea area) => (area == SchemaArea.Mirror ? Options.MirrorSchema : Options.EngineSchema) + "_";
}
