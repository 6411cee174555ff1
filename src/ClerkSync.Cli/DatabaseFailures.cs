using System.Net.Sockets;
using System.Security.Authentication;
using ClerkSync.PostgreSql;
using ClerkSync.Receiving;
using ClerkSync.Sqlite;
using ClerkSync.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using static SQLitePCL.raw;

namespace ClerkSync.Cli;

/// <summary>What a database's exception means for the person at the command line. A driver's own message can quote a value, so none is passed on.</summary>
internal static class DatabaseFailures
{
    /// <summary>The failure in a sentence; null when it is none of a database.</summary>
    public static CliException? Explain(Exception exception, DatabaseLocation location) => exception switch
    {
        MigrationException => CliErrors.MigrationRefused(exception.Message),
        WriterRowMissingException => CliErrors.OlderTables(location),
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => CliErrors.DatabaseBusy(location),
        SqliteException sqlite => OfSqlite(sqlite, location),
        PostgresException postgres => OfPostgreSql(postgres, location),
        NpgsqlException or TimeoutException or SocketException when location is DatabaseLocation.PostgreSql => CliErrors.DatabaseUnreachable(location, Why(exception)),
        IOException or UnauthorizedAccessException => CliErrors.DatabaseFailed(location, exception.GetType().Name),
        _ => null,
    };

    private static CliException OfSqlite(SqliteException exception, DatabaseLocation location)
    {
        var code = SqliteFaults.Describe(exception);
        return exception.SqliteErrorCode switch
        {
            SQLITE_BUSY or SQLITE_LOCKED => CliErrors.DatabaseBusy(location),
            SQLITE_NOTADB => CliErrors.NotASqliteFile(location),
            SQLITE_CANTOPEN or SQLITE_PERM or SQLITE_AUTH => CliErrors.SqliteFileNotOpened(location, code),
            SQLITE_READONLY => CliErrors.DatabaseReadOnly(location, code),
            _ when SqliteFaults.Of(exception) == StorageFault.SchemaOutdated => CliErrors.OlderTables(location),
            _ => CliErrors.DatabaseFailed(location, code),
        };
    }

    private static CliException OfPostgreSql(PostgresException exception, DatabaseLocation location) => exception.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => CliErrors.LoginRefused(location),
        PostgresErrorCodes.InvalidCatalogName => CliErrors.NoSuchDatabase(location),
        PostgresErrorCodes.InsufficientPrivilege => CliErrors.DatabaseNotAllowed(location, PostgreSqlFaults.Describe(exception)),
        PostgresErrorCodes.ReadOnlySqlTransaction => CliErrors.DatabaseReadOnly(location, PostgreSqlFaults.Describe(exception)),
        PostgresErrorCodes.CannotConnectNow => CliErrors.DatabaseUnreachable(location, "it is starting up or shutting down"),
        PostgresErrorCodes.TooManyConnections => CliErrors.DatabaseUnreachable(location, "it has no connection left"),
        _ => PostgreSqlFaults.Of(exception) switch
        {
            StorageFault.LockTimeout => CliErrors.DatabaseBusy(location),
            StorageFault.SchemaOutdated => CliErrors.OlderTables(location),
            _ => CliErrors.DatabaseFailed(location, PostgreSqlFaults.Describe(exception)),
        },
    };

    private static string Why(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            switch (at)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }: return "nothing listens there";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }: return "the host name is not known";
                case SocketException socket: return $"network error {socket.SocketErrorCode}";
                case TimeoutException: return "no answer came in time";
                case AuthenticationException: return "its certificate is not trusted, or TLS could not be agreed on (see sslmode and sslrootcert)";
            }
        }

        return PostgreSqlFaults.Describe(exception);
    }
}
