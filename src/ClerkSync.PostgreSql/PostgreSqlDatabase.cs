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
        new PostgreSqlSession(await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), options.CommandTimeout);

    public override async ValueTask<SqlTransaction> BeginWriteAsync(WritePriority priority, CancellationToken cancellationToken) =>
        new PostgreSqlTransaction(
            new(
                await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false),
                priority == WritePriority.Receiving ? options.CommandTimeout : options.BackgroundCommandTimeout),
            options);

    public override StorageFault FaultOf(Exception exception) => PostgreSqlFaults.Of(exception);

    public override string Describe(Exception exception) => PostgreSqlFaults.Describe(exception);

    public override ValueTask DisposeAsync() => ownsDataSource ? dataSource.DisposeAsync() : ValueTask.CompletedTask;
}
