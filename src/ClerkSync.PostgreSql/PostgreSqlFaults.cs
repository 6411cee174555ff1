using System.Net.Sockets;
using ClerkSync.Storage;
using Npgsql;

namespace ClerkSync.PostgreSql;

/// <summary>What PostgreSQL's error codes mean for the work that met them.</summary>
internal static class PostgreSqlFaults
{
    /// <summary>How the statement ends that takes the writer's lock. Nothing else locks rows this way.</summary>
    public const string WriterLockMark = " FOR UPDATE";

    public static StorageFault Of(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } postgres => IsWriterLock(postgres) ? StorageFault.Transient : StorageFault.LockTimeout,
        PostgresException postgres => OfState(postgres.SqlState),
        NpgsqlException { InnerException: TimeoutException } => StorageFault.StatementTimeout,
        NpgsqlException { IsTransient: true } or TimeoutException or SocketException or IOException => StorageFault.Transient,
        NpgsqlException => StorageFault.Unavailable,
        InvalidCastException or ArgumentException or OverflowException or FormatException => StorageFault.Data,
        _ => StorageFault.Unknown,
    };

    public static string Describe(Exception exception) => exception switch
    {
        PostgresException postgres => $"PostgreSQL error {postgres.SqlState}{Part("on table", postgres.TableName)}{Part("in column", postgres.ColumnName)}{Part("by constraint", postgres.ConstraintName)}{InWords(postgres.SqlState)}",
        { InnerException: { } inner } => $"{exception.GetType().Name} ({inner.GetType().Name})",
        _ => exception.GetType().Name,
    };

    private static string Part(string word, string? name) => string.IsNullOrEmpty(name) ? "" : $" {word} {name}";

    /// <summary>What users meet in their own tables.</summary>
    private static string InWords(string state) => state switch
    {
        PostgresErrorCodes.UniqueViolation => ": another row has the same value",
        PostgresErrorCodes.NotNullViolation => ": there is no value, and the column may not be NULL",
        PostgresErrorCodes.ForeignKeyViolation => ": a row that refers to this one, or that it refers to, is in the way",
        PostgresErrorCodes.CheckViolation => ": the value is not allowed",
        PostgresErrorCodes.StringDataRightTruncation => ": the text is too long",
        PostgresErrorCodes.NumericValueOutOfRange => ": the number is too large",
        PostgresErrorCodes.InvalidTextRepresentation => ": the text cannot be read as the column's type",
        _ => "",
    };

    /// <summary>The writer's lock is held by another server of ours, which will let go; any other lock is somebody else's.</summary>
    private static bool IsWriterLock(PostgresException exception) =>
        exception.BatchCommand?.CommandText.EndsWith(WriterLockMark, StringComparison.Ordinal) == true;

    private static StorageFault OfState(string state) => state switch
    {
        PostgresErrorCodes.QueryCanceled => StorageFault.StatementTimeout,
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => StorageFault.Transient,

        // A prepared statement that is gone, or there twice: a pooler gave us somebody else's connection.
        "26000" or "42P05" => StorageFault.Transient,
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName => StorageFault.SchemaOutdated,
        PostgresErrorCodes.InsufficientPrivilege => StorageFault.Unavailable,
        _ => state.AsSpan(0, 2) switch
        {
            "08" or "40" or "57" => StorageFault.Transient,

            // Credentials, read-only servers, full disks, limits and internal errors concern everybody.
            "25" or "28" or "3D" or "53" or "55" or "58" or "F0" or "XX" => StorageFault.Unavailable,

            // Anything else concerns a value, a constraint or a trigger: some message of the batch is the culprit.
            _ => StorageFault.Data,
        },
    };
}
