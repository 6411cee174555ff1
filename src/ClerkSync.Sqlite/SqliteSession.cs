using System.Globalization;
using System.Text;
using System.Text.Json;
using ClerkSync.Storage;
using Microsoft.Data.Sqlite;

namespace ClerkSync.Sqlite;

/// <summary>An open connection that keeps its prepared statements.</summary>
internal sealed class SqliteSession : SqlSession
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    private readonly Microsoft.Data.Sqlite.SqliteTransaction? _borrowed;

    private SqliteSession(SqliteConnection connection, Microsoft.Data.Sqlite.SqliteTransaction? borrowed = null) => (_connection, _borrowed) = (connection, borrowed);

    /// <summary>On a connection and a transaction that belong to somebody else.</summary>
    public static SqliteSession Attach(SqliteConnection connection, Microsoft.Data.Sqlite.SqliteTransaction transaction) => new(connection, transaction);

    /// <summary>
    /// WAL lets readers go on beside the writer. <c>synchronous=FULL</c> syncs the log at each commit: with NORMAL a power cut could
    /// take back an acknowledged message. A connection that only reads leaves the file as it is.
    /// </summary>
    public static async ValueTask<SqliteSession> OpenAsync(string connectionString, StorageOptions options, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        var session = new SqliteSession(connection);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var writes = new SqliteConnectionStringBuilder(connectionString).Mode != SqliteOpenMode.ReadOnly;
            session.Run(string.Create(
                CultureInfo.InvariantCulture,
                $"PRAGMA busy_timeout = {(long)options.LockTimeout.TotalMilliseconds};{(writes ? " PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" : "")}"));
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override Task ExecuteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (statement)
            {
                case SqlQuery query:
                    Run(query);
                    break;
                case SqlBulk bulk:
                    Run(bulk);
                    break;
            }
        }

        return Task.CompletedTask;
    }

    public void Run(string text)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var command in _commands.Values)
            await command.DisposeAsync().ConfigureAwait(false);
        if (_borrowed is null)
            await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private void Run(SqlQuery query)
    {
        var command = Prepared(query.Text, query.Values.Length);
        for (var i = 0; i < query.Values.Length; i++)
            command.Parameters[i].Value = Bound(query.Values[i].Kind, query.Values[i].Value);

        using var reader = command.ExecuteReader();
        do
        {
            while (reader.Read())
                query.OnRow?.Invoke(reader);
        }
        while (reader.NextResult());
    }

    private void Run(SqlBulk bulk)
    {
        var command = Prepared(bulk.Text, bulk.Columns.Count);
        for (var row = 0; row < bulk.Rows; row++)
        {
            for (var i = 0; i < bulk.Columns.Count; i++)
                command.Parameters[i].Value = Bound(bulk.Columns[i].Kind, bulk.Columns[i].Values[row]);
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Prepared(string text, int parameters)
    {
        if (_commands.TryGetValue(text, out var known))
            return known;

        var command = _connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = _borrowed;
        for (var i = 1; i <= parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i}") });
        _commands.Add(text, command);
        return command;
    }

    private static object Bound(ColumnKind kind, object? value) => (kind, value) switch
    {
        (_, null) => DBNull.Value,
        (ColumnKind.Timestamp, long ms) => SqliteDialect.FormatTimestamp(ms),
        (ColumnKind.TextList, string[] list) => JsonArray(list),
        (ColumnKind.Json, ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span),
        (ColumnKind.Binary, ReadOnlyMemory<byte> bytes) => bytes.ToArray(),
        (ColumnKind.Boolean, bool flag) => flag ? 1L : 0L,
        _ => value,
    };

    private static string JsonArray(string[] list)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var item in list)
                writer.WriteStringValue(item);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}

/// <summary>The one open write transaction of a database.</summary>
internal sealed class SqliteTransaction(SqliteDatabase database, SqliteSession writer) : SqlTransaction
{
    private bool _ended;

    public override Task ExecuteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken) =>
        writer.ExecuteAsync(statements, cancellationToken);

    public override async Task CommitAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        await writer.ExecuteAsync(statements, cancellationToken).ConfigureAwait(false);
        writer.Run("COMMIT");
        _ended = true;
    }

    public override async ValueTask DisposeAsync()
    {
        var clean = _ended;
        try
        {
            if (!_ended)
            {
                writer.Run("ROLLBACK");
                clean = true;
            }
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // SQLite has rolled back by itself; the connection is thrown away below.
        }
        finally
        {
            await database.EndWriteAsync(clean).ConfigureAwait(false);
        }
    }
}
