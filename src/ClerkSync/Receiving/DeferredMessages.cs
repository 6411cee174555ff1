using ClerkSync.Inbox;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Receiving;

/// <summary>Applies stored messages that could not be applied when they came, and those that a person wants applied again.</summary>
internal sealed partial class DeferredMessages(
    ClerkSyncDatabase database, MessageApplier applier, TimeProvider clock, ILogger<DeferredMessages> logger)
{
    private const int MostAtOnce = 64;

    private readonly InboxReader _inbox = new(database);

    /// <summary>Applies all that is due, one message a transaction, so that none holds up another.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> ApplyDueAsync(CancellationToken cancellationToken)
    {
        var due = await _inbox.DueAsync(clock.GetUtcNow().ToUnixTimeMilliseconds(), MostAtOnce, cancellationToken).ConfigureAwait(false);
        foreach (var message in due)
            await ApplyAsync(message, isReplay: false, cancellationToken).ConfigureAwait(false);
        return due.Count;
    }

    /// <summary>Applies a stored message again, whatever became of it before.</summary>
    /// <returns>What became of it now; null when there is no such message, or its payload is gone.</returns>
    public async Task<ReceiveOutcome?> ReplayAsync(string id, CancellationToken cancellationToken) =>
        await _inbox.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } message
            ? await ApplyAsync(message, isReplay: true, cancellationToken).ConfigureAwait(false)
            : null;

    private async Task<ReceiveOutcome?> ApplyAsync(StoredMessage message, bool isReplay, CancellationToken cancellationToken)
    {
        if (await _inbox.PayloadAsync(message.Id, cancellationToken).ConfigureAwait(false) is not { } payload)
            return null;

        var inbound = InboundMessage.Stored(message, payload, isReplay);
        try
        {
            return (await applier.ApplyAsync([inbound], WritePriority.Background, cancellationToken).ConfigureAwait(false))[0];
        }
        catch (Exception exception) when (IsItsOwnFault(exception))
        {
            var why = $"It could not be applied: {database.Describe(exception)}.";
            var schedule = RetrySchedule.Default;
            var pause = message.Attempts < schedule.Count ? schedule[(int)message.Attempts] : (TimeSpan?)null;
            var next = pause is null ? (long?)null : (clock.GetUtcNow() + pause.Value).ToUnixTimeMilliseconds();
            await applier.PostponeAsync(inbound, message.Result, why, next, cancellationToken).ConfigureAwait(false);
            LogPostponed(logger, message.Id, message.EventType, message.Attempts + 1, why, next is null ? "It is dead: repair the cause, then run \"clerksync inbox replay\"." : "It is tried again.");
            return new(ReceiveResult.Deferred, why);
        }
    }

    /// <summary>A database that is down is no fault of the message: it stays due.</summary>
    private bool IsItsOwnFault(Exception exception) =>
        exception is not WriterRowMissingException and not OperationCanceledException
        && database.FaultOf(exception) is StorageFault.Data or StorageFault.Unknown or StorageFault.LockTimeout or StorageFault.StatementTimeout;

    [LoggerMessage(2004, LogLevel.Warning, "Message {MessageId} ({EventType}) failed on attempt {Attempt}. {Why} {Next}")]
    private static partial void LogPostponed(ILogger logger, string messageId, string? eventType, long attempt, string why, string next);
}
