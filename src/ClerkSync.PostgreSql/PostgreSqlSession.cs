using System.Runtime.InteropServices;
using System.Text;
using ClerkSync.Storage;
using Npgsql;
using NpgsqlTypes;

namespace ClerkSync.PostgreSql;

/// <summary>An open connection; each call is one batch and one round trip.</summary>
internal sealed class PostgreSqlSession(NpgsqlConnection connection, TimeSpan commandTimeout, bool isBorrowed = false) : SqlSession
{
    public override Task ExecuteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken) =>
        ExecuteAsync(null, statements, null, cancellationToken);

    public async Task ExecuteAsync(
        IReadOnlyList<string>? before, IReadOnlyList<SqlStatement> statements, string? after, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = (int)Math.Ceiling(commandTimeout.TotalSeconds) };
        await using (batch.ConfigureAwait(false))
        {
            foreach (var text in before ?? [])
                batch.BatchCommands.Add(new(text));
            foreach (var statement in statements)
                batch.BatchCommands.Add(Command(statement));
            if (after is not null)
                batch.BatchCommands.Add(new(after));
            if (batch.BatchCommands.Count == 0)
                return;

            var answering = statements.OfType<SqlQuery>().Where(q => q.OnRow is not null);
            await ReadAsync(batch, answering, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A borrowed connection is its owner's to close.</summary>
    public override ValueTask DisposeAsync() => isBorrowed ? ValueTask.CompletedTask : connection.DisposeAsync();

    /// <summary>Result sets come only from statements that answer with columns, so the statements without are passed over.</summary>
    private static async Task ReadAsync(NpgsqlBatch batch, IEnumerable<SqlQuery> answering, CancellationToken cancellationToken)
    {
        using var queries = answering.GetEnumerator();
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            do
            {
                if (reader.FieldCount == 0)
                    continue;
                if (!queries.MoveNext())
                    break;
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    queries.Current.OnRow!(reader);
            }
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    internal static NpgsqlBatchCommand Command(SqlStatement statement)
    {
        var command = new NpgsqlBatchCommand(statement.Text);
        switch (statement)
        {
            case SqlQuery query:
                foreach (var value in query.Values)
                    command.Parameters.Add(Parameter(value));
                break;
            case SqlBulk bulk:
                foreach (var column in bulk.Columns)
                    command.Parameters.Add(Parameter(column));
                break;
        }

        return command;
    }

    private static NpgsqlParameter Parameter(SqlValue value) => value.Kind switch
    {
        ColumnKind.TextList => new() { Value = value.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        ColumnKind.Timestamp => new() { Value = value.Value is long ms ? Moment(ms) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        _ => new() { Value = value.Value ?? DBNull.Value, NpgsqlDbType = TypeOf(value.Kind) },
    };

    /// <summary>A column without a value is sent as an empty array: <c>unnest</c> fills what is shorter than the rest with NULL.</summary>
    private static NpgsqlParameter Parameter(BulkColumn column) => new()
    {
        Value = Array.TrueForAll(column.Values, v => v is null) ? EmptyArray(column.Kind) : TypedArray(column),
        NpgsqlDbType = NpgsqlDbType.Array | TypeOf(column.Kind),
    };

    private static NpgsqlDbType TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Text or ColumnKind.Id or ColumnKind.TextList => NpgsqlDbType.Text,
        ColumnKind.Integer => NpgsqlDbType.Bigint,
        ColumnKind.Boolean => NpgsqlDbType.Boolean,
        ColumnKind.Timestamp => NpgsqlDbType.TimestampTz,
        ColumnKind.Json => NpgsqlDbType.Jsonb,
        _ => NpgsqlDbType.Bytea,
    };

    private static Array EmptyArray(ColumnKind kind) => kind switch
    {
        ColumnKind.Integer => Array.Empty<long>(),
        ColumnKind.Boolean => Array.Empty<bool>(),
        ColumnKind.Timestamp => Array.Empty<DateTime>(),
        ColumnKind.Json or ColumnKind.Binary => Array.Empty<byte[]>(),
        _ => Array.Empty<string>(),
    };

    private static Array TypedArray(BulkColumn column) => column.Kind switch
    {
        ColumnKind.Text or ColumnKind.Id => Array.ConvertAll(column.Values, v => (string?)v),
        ColumnKind.TextList => Array.ConvertAll(column.Values, v => v is string[] list ? ArrayLiteral(list) : null),
        ColumnKind.Integer => Array.ConvertAll(column.Values, v => (long?)v),
        ColumnKind.Boolean => Array.ConvertAll(column.Values, v => (bool?)v),
        ColumnKind.Timestamp => Array.ConvertAll(column.Values, v => v is long ms ? Moment(ms) : (DateTime?)null),
        _ => Array.ConvertAll(column.Values, v => v is ReadOnlyMemory<byte> bytes ? WholeArray(bytes) : (byte[]?)v),
    };

    /// <summary>The driver takes arrays; bytes that fill theirs are not copied. JSON goes as it is, in UTF-8.</summary>
    private static byte[] WholeArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } array && segment.Count == array.Length ? array : bytes.ToArray();

    private static DateTime Moment(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime;

    private static string ArrayLiteral(string[] list)
    {
        var text = new StringBuilder("{");
        foreach (var item in list)
        {
            text.Append(text.Length == 1 ? "\"" : ",\"")
                .Append(item.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))
                .Append('"');
        }

        return text.Append('}').ToString();
    }
}

/// <summary>A transaction that begins with its first batch and ends with its last, so that neither costs a round trip.</summary>
internal sealed class PostgreSqlTransaction(PostgreSqlSession session, StorageOptions options) : SqlTransaction
{
    private bool _begun;
    private bool _ended;

    public override Task ExecuteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken) =>
        session.ExecuteAsync(Begin(), statements, null, cancellationToken);

    public override async Task CommitAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(Begin(), statements, "COMMIT", cancellationToken).ConfigureAwait(false);
        _ended = true;
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_begun && !_ended)
                await session.ExecuteAsync(["ROLLBACK"], [], null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgreSqlFaults.Of(exception) != StorageFault.Data)
        {
            // The connection is gone, and the server has rolled back by itself.
        }
        finally
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Durability and patience are set for this transaction only, so that a pooler may hand the connection to anybody afterwards.
    /// A process that is paused between two round trips must not hold the writer's lock from all others: the server ends its transaction after 15 s.
    /// </summary>
    private string[]? Begin()
    {
        if (_begun)
            return null;
        _begun = true;
        var lockTimeout = (long)options.LockTimeout.TotalMilliseconds;
        return ["BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", $"SET LOCAL lock_timeout = {lockTimeout}", "SET LOCAL synchronous_commit = on", "SET LOCAL idle_in_transaction_session_timeout = 15000"];
    }
}
