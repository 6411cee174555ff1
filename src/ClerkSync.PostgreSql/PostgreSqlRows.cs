using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.PostgreSql;

/// <summary>How PostgreSQL keeps the rows of the tables that take every delivery; <c>docs/benchmarks.md</c> says what each setting saves.</summary>
internal static class PostgreSqlRows
{
    /// <summary>Room for a second version of a row on its page, so that a new state touches no index and writes less of the log.</summary>
    private const int FillFactor = 70;

    /// <summary>
    /// Three rows a page. A row that is longer is compressed until it is as short as this; with the default of 2,040 bytes a usual user would be moved to
    /// the table of oversized values on top, which costs more than everything else about its row.
    /// </summary>
    private const int LongestRow = 2720;

    public static IReadOnlyList<string> Keep(SqlDialect dialect, TableSchema table)
    {
        var name = dialect.TableName(table.Area, table.Name);
        if (table.Area == SchemaArea.Mirror)
            return [.. Outdated(dialect, table), Settings(name, $"fillfactor = {FillFactor}, toast_tuple_target = {LongestRow}", "data")];
        return table.Name == EngineSchema.Messages ? [Settings(name, $"toast_tuple_target = {LongestRow}", "payload")] : [];
    }

    /// <summary>Version 4 had an index of stubs by a column that every write changes, so that no write was spared the indexes.</summary>
    private static IEnumerable<string> Outdated(SqlDialect dialect, TableSchema table)
    {
        var name = dialect.TableName(SchemaArea.Mirror, $"{table.Name}_stubs");
        return MirrorSchema.TablesWithStubs.Contains(table.Name, StringComparer.Ordinal)
            ? [
                $"DO $outdated$ BEGIN IF EXISTS (SELECT 1 FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
                + $"WHERE i.indexrelid = to_regclass({SqlDialect.Literal(name)}) AND i.indrelid = to_regclass({SqlDialect.Literal(dialect.TableName(SchemaArea.Mirror, table.Name))}) "
                + $"AND a.attname = 'synced_at') THEN DROP INDEX {name}; END IF; END $outdated$",
            ]
            : [];
    }

    /// <summary>
    /// Sets the parameters, and compresses a column with LZ4, which takes a fifth of the time of PostgreSQL's own method for nearly the same size. Where the server is older than
    /// version 14, or was built without it, its own method stays. On one line: a script of statements is cut where a line ends with a semicolon.
    /// </summary>
    private static string Settings(string table, string parameters, string column) =>
        $"DO $rows$ BEGIN ALTER TABLE {table} SET ({parameters}); IF current_setting('server_version_num')::int >= 140000 THEN "
        + $"BEGIN EXECUTE {SqlDialect.Literal($"ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4")}; EXCEPTION WHEN feature_not_supported THEN NULL; END; END IF; END $rows$";
}
