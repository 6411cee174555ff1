using System.Globalization;
using ClerkSync.Storage;

namespace ClerkSync.Cli.Reports;

/// <summary>What a migration does, in words and as JSON.</summary>
internal sealed class MigrationReport(DatabaseLocation location, SchemaState before, MigrationPlan plan)
{
    private const string AlterTable = "ALTER TABLE ";

    private static readonly (string Start, string One, string Many)[] s_kinds =
    [
        ("CREATE SCHEMA ", "schema", "schemas"),
        ("CREATE TABLE ", "table", "tables"),
        ("CREATE INDEX ", "index", "indexes"),
        ("CREATE VIEW ", "view", "views"),
        ("CREATE TRIGGER ", "trigger", "triggers"),
    ];

    private IReadOnlyList<string> ChangedTables { get; } =
    [
        .. plan.Statements
            .Where(statement => statement.StartsWith(AlterTable, StringComparison.Ordinal))
            .Select(statement => statement[AlterTable.Length..statement.IndexOf(" ADD COLUMN", StringComparison.Ordinal)].Replace("\"", "", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>A sentence or two.</summary>
    public string Text(bool isDone)
    {
        if (plan.Statements.Count == 0)
            return $"The tables in {PlainText.Line(location.Redacted)} are up to date.";

        var made = s_kinds
            .Select(kind => (kind, Count: Count(kind.Start)))
            .Where(entry => entry.Count > 0)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Count} {(entry.Count == 1 ? entry.kind.One : entry.kind.Many)}"));
        var text = $"{PlainText.Line(location.Redacted)}: {(isDone ? "made" : "would make")} {string.Join(", ", made)}.";
        return ChangedTables.Count == 0 ? text : $"{text} New columns {(isDone ? "were" : "would be")} added to {string.Join(", ", ChangedTables)}.";
    }

    public string Json(bool isDone) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("database", location.Redacted);
        writer.WriteString("before", NameOf(before));
        writer.WriteBoolean("done", isDone);
        writer.WriteNumber("statements", plan.Statements.Count);
        foreach (var (start, _, many) in s_kinds)
            writer.WriteNumber(many, Count(start));
        writer.WriteStartArray("changed_tables");
        foreach (var table in ChangedTables)
            writer.WriteStringValue(table);
        writer.WriteEndArray();
        writer.WriteStartArray("rewrites");
        foreach (var rewrite in plan.Rewrites)
        {
            writer.WriteStartObject();
            writer.WriteString("table", rewrite.Table.Replace("\"", "", StringComparison.Ordinal));
            writer.WriteNumber("rows", rewrite.Rows);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>The statements as one transaction, for psql or sqlite3.</summary>
    public string Script()
    {
        if (plan.Statements.Count == 0)
            return $"-- The tables in {PlainText.Line(location.Redacted)} are up to date.\n";
        var rewrites = string.Concat(plan.Rewrites.Select(rewrite => $"-- Rewrites a large table: {rewrite}.\n"));
        return $"-- Tables of ClerkSync in {PlainText.Line(location.Redacted)}.\n{rewrites}BEGIN;\n{plan.ToScript()}COMMIT;\n";
    }

    public static string NameOf(SchemaState state) => state switch
    {
        SchemaState.Missing => "missing",
        SchemaState.Older => "older",
        SchemaState.Newer => "newer",
        _ => "current",
    };

    private int Count(string start) => plan.Statements.Count(statement => statement.StartsWith(start, StringComparison.Ordinal));
}
