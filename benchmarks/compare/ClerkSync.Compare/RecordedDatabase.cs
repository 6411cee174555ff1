using System.Data.Common;
using System.Diagnostics;
using ClerkSync.Storage;

namespace ClerkSync.Compare;

/// <summary>A transaction as ClerkSync made it.</summary>
/// <param name="RoundTrips">What went to the database, and with what; the commit goes with the last.</param>
/// <param name="Milliseconds">From its first statement to the answer to its commit.</param>
internal sealed record RecordedTransaction(IReadOnlyList<IReadOnlyList<SqlStatement>> RoundTrips, double Milliseconds);

/// <summary>Carries everything out, and keeps what was committed.</summary>
internal sealed class RecordedDatabase(ClerkSyncDatabase database) : ClerkSyncDatabase(database.Dialect)
{
    private readonly List<RecordedTransaction> _transactions = [];

    public IReadOnlyList<RecordedTransaction> Transactions => _transactions;

    public override string DisplayName => database.DisplayName;

    public override ValueTask<SqlSession> OpenAsync(CancellationToken cancellationToken) => database.OpenAsync(cancellationToken);

    public override async ValueTask<SqlTransaction> BeginWriteAsync(WritePriority priority, CancellationToken cancellationToken) =>
        new Recording(await database.BeginWriteAsync(priority, cancellationToken), _transactions.Add);

    public override SqlSession Attach(DbConnection connection, DbTransaction transaction) => database.Attach(connection, transaction);

    public override bool IsSameDatabase(DbConnection connection) => database.IsSameDatabase(connection);

    public override ValueTask<IAsyncDisposable> EnterWriteTurnAsync(CancellationToken cancellationToken) => database.EnterWriteTurnAsync(cancellationToken);

    public override StorageFault FaultOf(Exception exception) => database.FaultOf(exception);

    public override string Describe(Exception exception) => database.Describe(exception);

    public override ValueTask DisposeAsync() => database.DisposeAsync();

    private sealed class Recording(SqlTransaction transaction, Action<RecordedTransaction> onCommitted) : SqlTransaction
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly List<IReadOnlyList<SqlStatement>> _roundTrips = [];

        public override Task ExecuteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
        {
            _roundTrips.Add(statements);
            return transaction.ExecuteAsync(statements, cancellationToken);
        }

        public override async Task CommitAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
        {
            _roundTrips.Add(statements);
            await transaction.CommitAsync(statements, cancellationToken);
            onCommitted(new(_roundTrips, _clock.Elapsed.TotalMilliseconds));
        }

        public override ValueTask DisposeAsync() => transaction.DisposeAsync();
    }
}
