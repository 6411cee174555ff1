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
        ? string.Create(CultureInfo.InvariantCulture, $"SQLite error {sqlite.SqliteErrorCode} (extended {sqlite.SqliteExtendedErrorCode})")
        : exception.GetType().Name;

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
