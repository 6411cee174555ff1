using System.Data.Common;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>The successful end of a run, to be written in the transaction that holds the handler's own work.</summary>
internal sealed class RunCompletion(ClerkSyncDatabase database, RunCompletionSql sql, ClaimedRun run, TimeProvider clock)
{
    /// <summary>Whether a connection leads to the database that holds the run.</summary>
    public bool CanUse(DbConnection connection) => database.IsSameDatabase(connection);

    /// <summary>Where the run is, for people.</summary>
    public string DatabaseName => database.DisplayName;

    /// <summary>What a failure of the database means.</summary>
    public StorageFault FaultOf(Exception exception) => database.FaultOf(exception);

    /// <summary>Waits for the turn to write, where the process has one. Hold it from before the transaction until after its end.</summary>
    public ValueTask<IAsyncDisposable> EnterWriteTurnAsync(CancellationToken cancellationToken) => database.EnterWriteTurnAsync(cancellationToken);

    /// <summary>Writes that the run has succeeded; the caller commits.</summary>
    /// <returns>False when the lease was lost: roll back.</returns>
    public async Task<bool> WriteAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var outcome = new RunOutcome { Run = run, State = RunStates.Succeeded, EndedAt = clock.GetUtcNow().ToUnixTimeMilliseconds() };
        var session = database.Attach(connection, transaction);
        await using (session.ConfigureAwait(false))
        {
            if ((await sql.FindHeldAsync(session, [outcome], cancellationToken).ConfigureAwait(false)) is not [true])
                return false;
            await session.ExecuteAsync([.. sql.Write([outcome])], cancellationToken).ConfigureAwait(false);
            return true;
        }
    }
}
