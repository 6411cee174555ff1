using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>A database whose transactions fail as a test says.</summary>
internal sealed class FaultyDatabase(ClerkSyncDatabase inner) : ClerkSyncDatabase(inner.Dialect)
{
    /// <summary>Asked for each transaction that begins; null lets it pass.</summary>
    public Func<StorageFault?> NextFault { get; set; } = static () => null;

    /// <summary>Transactions that were begun, failed ones included.</summary>
    public int Begun { get; private set; }

    public override string DisplayName => inner.DisplayName;

    public override ValueTask<SqlSession> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public override ValueTask<SqlTransaction> BeginWriteAsync(WritePriority priority, CancellationToken cancellationToken)
    {
        Begun++;
        return NextFault() is { } fault ? throw new FaultException(fault) : inner.BeginWriteAsync(priority, cancellationToken);
    }

    public override SqlSession Attach(DbConnection connection, DbTransaction transaction) => inner.Attach(connection, transaction);

    public override bool IsSameDatabase(DbConnection connection) => inner.IsSameDatabase(connection);

    public override ValueTask<IAsyncDisposable> EnterWriteTurnAsync(CancellationToken cancellationToken) => inner.EnterWriteTurnAsync(cancellationToken);

    public override StorageFault FaultOf(Exception exception) => exception is FaultException { Fault: var fault } ? fault : inner.FaultOf(exception);

    public override string Describe(Exception exception) => exception is FaultException { Fault: var fault } ? $"{fault}" : inner.Describe(exception);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public sealed class FaultException(StorageFault fault) : Exception($"{fault}")
    {
        public StorageFault Fault { get; } = fault;
    }
}
