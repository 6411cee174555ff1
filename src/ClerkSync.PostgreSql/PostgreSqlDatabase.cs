using System.Data.Common;
using System.Transactions;
using ClerkSync.Storage;
using Npgsql;

namespace ClerkSync.PostgreSql;

/// <summary>ClerkSync on PostgreSQL: a batch of statements is one round trip, <c>BEGIN</c> and <c>COMMIT</c> included.</summary>
internal sealed class PostgreSqlDatabase(NpgsqlDataSource dataSource, bool ownsDataSource, StorageOptions options)
    : ClerkSyncDatabase(new PostgreSqlDialect(options))
{
    public override string DisplayName
    {
        get
        {
            var target = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
            return $"postgresql://{target.Host}:{target.Port}/{target.Database}";
        }
    }

    public override async ValueTask<SqlSession> OpenAsync(CancellationToken cancellationToken) =>
        new PostgreSqlSession(await ConnectAsync(cancellationToken).ConfigureAwait(false), options.CommandTimeout);

    public override async ValueTask<SqlTransaction> BeginWriteAsync(WritePriority priority, CancellationToken cancellationToken) =>
        new PostgreSqlTransaction(
            new(
                await ConnectAsync(cancellationToken).ConfigureAwait(false),
                priority == WritePriority.Receiving ? options.CommandTimeout : options.BackgroundCommandTimeout),
            options);

    public override SqlSession Attach(DbConnection connection, DbTransaction transaction) => connection is NpgsqlConnection npgsql
        ? new PostgreSqlSession(npgsql, options.CommandTimeout, isBorrowed: true)
        : throw new ArgumentException($"The connection is a {connection.GetType().Name}, and the database is PostgreSQL.", nameof(connection));

    public override bool IsSameDatabase(DbConnection connection)
    {
        if (connection is not NpgsqlConnection)
            return false;
        var ours = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        var theirs = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        return (ours.Host, ours.Port, ours.Database ?? ours.Username) == (theirs.Host, theirs.Port, theirs.Database ?? theirs.Username);
    }

    /// <summary>Writers of PostgreSQL do not queue inside the process.</summary>
    public override ValueTask<IAsyncDisposable> EnterWriteTurnAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IAsyncDisposable>(NoTurn.Instance);

    public override StorageFault FaultOf(Exception exception) => PostgreSqlFaults.Of(exception);

    public override string Describe(Exception exception) => PostgreSqlFaults.Describe(exception);

    public override ValueTask DisposeAsync() => ownsDataSource ? dataSource.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>A transaction that the application has around its own work is not for ours: ours commits by itself, and is not rolled back with it.</summary>
    private async ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Transaction.Current is null)
            return await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        using var alone = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class NoTurn : IAsyncDisposable
    {
        public static readonly NoTurn Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
