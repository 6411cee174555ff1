using ClerkSync.Storage;

namespace ClerkSync.Inbox;

/// <summary>Removes what is older than its retention, in small transactions, so that deliveries never wait long behind it.</summary>
internal sealed class InboxCleaner(ClerkSyncDatabase database, InboxOptions options, TimeProvider clock)
{
    private const int RowsAtOnce = 500;

    private readonly string _table = database.Dialect.TableName(SchemaArea.Engine, InboxSchema.TableName);

    /// <summary>Cleans until nothing is left to clean.</summary>
    /// <returns>How many payloads and how many messages went.</returns>
    public async Task<(int Payloads, int Messages)> CleanAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var payloads = await RepeatAsync(
            $"UPDATE {_table} SET payload = NULL, erased_at = $3 WHERE sequence IN ({Oldest("payload IS NOT NULL")}) RETURNING sequence",
            [SqlValue.Timestamp((now - options.PayloadRetention).ToUnixTimeMilliseconds()), SqlValue.Integer(RowsAtOnce), SqlValue.Timestamp(now.ToUnixTimeMilliseconds())],
            cancellationToken).ConfigureAwait(false);
        var messages = await RepeatAsync(
            $"DELETE FROM {_table} WHERE sequence IN ({Oldest("payload IS NULL")}) RETURNING sequence",
            [SqlValue.Timestamp((now - options.MessageRetention).ToUnixTimeMilliseconds()), SqlValue.Integer(RowsAtOnce)],
            cancellationToken).ConfigureAwait(false);
        return (payloads, messages);
    }

    /// <summary>What is deferred or dead has not had its effect yet and stays.</summary>
    private string Oldest(string condition) =>
        $"SELECT sequence FROM {_table} WHERE received_at < $1 AND result NOT IN ('deferred', 'dead') AND {condition} ORDER BY received_at LIMIT $2";

    private async Task<int> RepeatAsync(string text, SqlValue[] values, CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var rows = 0;
            var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                SqlStatement[] writerLock = database.Dialect.WriterLock(static () => { }) is { } statement ? [statement] : [];
                await transaction.CommitAsync([.. writerLock, new SqlQuery(text, values, _ => rows++)], cancellationToken).ConfigureAwait(false);
            }

            total += rows;
            if (rows < RowsAtOnce)
                return total;
        }
    }
}
