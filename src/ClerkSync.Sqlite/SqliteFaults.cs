using System.Globalization;
using ClerkSync.Storage;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace ClerkSync.Sqlite;

/// <summary>What SQLite's result codes mean for the work that met them.</summary>
internal static class SqliteFaults
{
    public static StorageFault Of(Exception exception) => exception switch
    {
        SqliteException sqlite => OfCode(sqlite),
        InvalidCastException or ArgumentException or OverflowException or FormatException => StorageFault.Data,
        IOException or UnauthorizedAccessException => StorageFault.Unavailable,
        _ => StorageFault.Unknown,
    };

    public static string Describe(Exception exception) => exception is SqliteException sqlite
        ? string.Create(CultureInfo.InvariantCulture, $"SQLite error {sqlite.SqliteErrorCode} (extended {sqlite.SqliteExtendedErrorCode}){InWords(sqlite)}")
        : exception.GetType().Name;

    /// <summary>The messages of these codes end in names of tables, columns and constraints; other messages can hold values.</summary>
    private static string InWords(SqliteException exception) => exception.SqliteExtendedErrorCode switch
    {
        SQLITE_CONSTRAINT_UNIQUE or SQLITE_CONSTRAINT_PRIMARYKEY => $": another row has the same value in {Names(exception)}",
        SQLITE_CONSTRAINT_NOTNULL => $": there is no value in {Names(exception)}, and the column may not be NULL",
        SQLITE_CONSTRAINT_CHECK => $": the value is not allowed by {Names(exception)}",
        SQLITE_CONSTRAINT_FOREIGNKEY => ": a row that refers to this one, or that it refers to, is in the way",
        _ => "",
    };

    private static string Names(SqliteException exception) => exception.Message.Split("constraint failed: ")[^1].TrimEnd('.', '\'');

    private static StorageFault OfCode(SqliteException exception) => exception.SqliteErrorCode switch
    {
        SQLITE_BUSY or SQLITE_LOCKED => StorageFault.Transient,
        SQLITE_CONSTRAINT or SQLITE_TOOBIG or SQLITE_MISMATCH or SQLITE_RANGE => StorageFault.Data,
        SQLITE_ERROR when exception.Message.Contains("no such table", StringComparison.Ordinal)
            || exception.Message.Contains("no such column", StringComparison.Ordinal)
            || exception.Message.Contains("has no column named", StringComparison.Ordinal) => StorageFault.SchemaOutdated,
        SQLITE_ERROR when exception.Message.Contains("JSON", StringComparison.Ordinal) => StorageFault.Data,
        _ => StorageFault.Unavailable,
    };
}
