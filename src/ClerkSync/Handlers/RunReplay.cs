using ClerkSync.Events;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>Has a handler handle a stored event again, or for the first time.</summary>
internal sealed class RunReplay(ClerkSyncDatabase database, TimeProvider clock)
{
    private readonly RunStatements _statements = new(database.Dialect);
    private readonly string _runs = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);

    /// <summary>Makes the run due now, with a fresh schedule. A run that is there keeps its place in the line and its history; one that a worker is busy with is left alone.</summary>
    /// <param name="handler">The handler's name.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="raw">Its event.</param>
    /// <param name="isStale">Whether the mirror held something newer when it was applied.</param>
    /// <param name="isApplied">Whether the mirror shows it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReplayAsync(string handler, string messageId, RawEvent raw, bool isStale, bool isApplied, CancellationToken cancellationToken)
    {
        var run = NewRun.Of(handler, raw, messageId, isStale, isApplied, isReplay: true);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.CommitAsync(
                [
                    new SqlQuery(
                        $"UPDATE {_runs} SET state = 'pending', is_replay = {TrueLiteral}, attempts = 0, due_at = $2, message_id = $3 WHERE id = $1 AND state <> 'running'",
                        [SqlValue.Id(run.Id), SqlValue.Timestamp(now), SqlValue.Id(messageId)]),
                    .. _statements.InsertDue([run], now),
                ],
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Both databases take a comparison for a truth value.</summary>
    private const string TrueLiteral = "(1 = 1)";
}
