using System.Globalization;
using System.Text.RegularExpressions;

namespace ClerkSync.Storage;

/// <summary>
/// The schema as a script that adds what is missing, written without a look at the database: for migrations of the application's own. It leaves
/// the trace of <see cref="SchemaMigrator"/>, and does nothing where that trace is there.
/// </summary>
internal sealed partial class SchemaScript
{
    private SchemaScript(SqlDialect dialect, SchemaDefinition definition)
    {
        var tables = definition.Tables(dialect).ToArray();
        Fingerprint = SchemaMigrator.FingerprintOf(dialect, definition);
        Tables = tables;
        Statements =
        [
            .. dialect.CreateAreas,
            .. tables.SelectMany(t => MakeTable(dialect, t)),
            .. dialect.ExtraObjects.Select(o => IfMissing(o.Create)),
            .. definition.Views(dialect).SelectMany(v => dialect.MakeView(dialect.TableName(SchemaArea.Mirror, v.Name), v.Select)),
            SchemaMigrator.MakeWriter(dialect),
        ];
    }

    public string Fingerprint { get; }

    public IReadOnlyList<TableSchema> Tables { get; }

    /// <summary>What adds missing things; every statement may run again.</summary>
    public IReadOnlyList<string> Statements { get; }

    public static IReadOnlyList<string> Write(SqlDialect dialect, SchemaDefinition definition) => dialect.RunOnce(new(dialect, definition));

    /// <summary>The row of the history.</summary>
    /// <param name="dialect">The dialect.</param>
    /// <param name="condition">When it is written, as SQL.</param>
    public string WriteHistory(SqlDialect dialect, string condition) => string.Create(
        CultureInfo.InvariantCulture,
        $"INSERT INTO {dialect.TableName(SchemaArea.Engine, "schema_history")} (version, fingerprint, statements, applied_at) "
        + $"SELECT {SchemaDefinition.Version}, '{Fingerprint}', {Statements.Count}, {dialect.Now()} WHERE {condition}");

    private static IEnumerable<string> MakeTable(SqlDialect dialect, TableSchema table) =>
    [
        IfMissing(SchemaMigrator.CreateTable(dialect, table)),
        .. dialect.KeepRows(table),
        .. dialect.AddMissingColumns(dialect.TableName(table.Area, table.Name), [.. table.Columns.Select(SchemaMigrator.Define)]),
        .. table.Indexes.Select(i => SchemaMigrator.CreateIndex(dialect, table, i)).OfType<string>().Select(IfMissing),
    ];

    private static string IfMissing(string statement) => Create().Replace(statement, "$0 IF NOT EXISTS", 1);

    [GeneratedRegex("^CREATE (TABLE|INDEX|TRIGGER)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Create();
}
