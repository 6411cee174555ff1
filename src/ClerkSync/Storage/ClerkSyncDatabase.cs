using System.Data.Common;

namespace ClerkSync.Storage;

/// <summary>A database that holds the inbox and the mirror. A provider derives from it and answers its dialect's questions; the statements are ours.</summary>
internal abstract class ClerkSyncDatabase(SqlDialect dialect) : IAsyncDisposable
{
    public SqlDialect Dialect { get; } = dialect;

    /// <summary>Where the data is, for people; never holds a password.</summary>
    public abstract string DisplayName { get; }

    /// <summary>Opens a connection for reading, or for statements that commit one by one.</summary>
    public abstract ValueTask<SqlSession> OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Begins a transaction of the one writer. On PostgreSQL the first batch takes the lock (<see cref="SqlDialect.WriterLock"/>);
    /// elsewhere the lock is held on return.
    /// </summary>
    /// <param name="priority">Whose turn it is where writers queue inside the process: receiving goes first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public abstract ValueTask<SqlTransaction> BeginWriteAsync(WritePriority priority, CancellationToken cancellationToken);

    /// <summary>Carries statements out on a connection of the application's own, inside a transaction that the application commits.</summary>
    /// <param name="connection">An open connection of this database's driver.</param>
    /// <param name="transaction">The transaction that is open on it.</param>
    /// <exception cref="ArgumentException">The connection is of another driver.</exception>
    public abstract SqlSession Attach(DbConnection connection, DbTransaction transaction);

    /// <summary>Whether a connection of the application's own leads to this database, so that one transaction can hold its work and ours.</summary>
    public abstract bool IsSameDatabase(DbConnection connection);

    /// <summary>Waits for the turn to write where writers queue inside the process; elsewhere returns at once. Hold it around a transaction of the application's own.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>What ends the turn.</returns>
    public abstract ValueTask<IAsyncDisposable> EnterWriteTurnAsync(CancellationToken cancellationToken);

    /// <summary>What a failure means.</summary>
    public abstract StorageFault FaultOf(Exception exception);

    /// <summary>A failure in words that hold no data: kinds and codes only, because a driver's own message can quote a value.</summary>
    public abstract string Describe(Exception exception);

    public abstract ValueTask DisposeAsync();
}

/// <summary>Who goes first when several want to write.</summary>
internal enum WritePriority
{
    Receiving,
    Background,
}

/// <summary>An open connection.</summary>
internal abstract class SqlSession : IAsyncDisposable
{
    /// <summary>Carries out all statements, in order, in one round trip where the driver can; rows go to <see cref="SqlQuery.OnRow"/>.</summary>
    public abstract Task ExecuteAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}

/// <summary>An open transaction. Disposing it without <see cref="CommitAsync"/> rolls back.</summary>
internal abstract class SqlTransaction : SqlSession
{
    /// <summary>Carries out the statements and commits durably, together in one round trip where the driver can.</summary>
    public abstract Task CommitAsync(IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken);
}
