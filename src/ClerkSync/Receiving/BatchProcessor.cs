using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Receiving;

/// <summary>Carries a batch through: repeats it when the database asks for that, and finds the one message that sinks it.</summary>
internal sealed partial class BatchProcessor(
    ClerkSyncDatabase database, MessageApplier applier, ReceivingOptions options, TimeProvider clock, ILogger logger)
{
    /// <summary>First wait before a batch is repeated; doubled each time.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);

    /// <summary>How soon a deferred message is tried for the first time.</summary>
    private static readonly TimeSpan DeferredFor = TimeSpan.FromSeconds(5);

    public async Task ProcessAsync(IReadOnlyList<QueuedDelivery> batch)
    {
        // Waiting longer than a delivery waits would only hold up the next ones.
        var deadline = clock.GetUtcNow() + (options.CommitTimeout * 0.8);
        var pause = FirstPause;
        while (true)
        {
            try
            {
                var outcomes = await applier.ApplyAsync([.. batch.Select(d => d.Message)], WritePriority.Receiving, CancellationToken.None).ConfigureAwait(false);
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Outcome.TrySetResult(outcomes[i]);
                return;
            }
            catch (Exception exception)
            {
                var fault = exception is WriterRowMissingException ? StorageFault.SchemaOutdated : database.FaultOf(exception);
                if (fault != StorageFault.Transient || clock.GetUtcNow() + pause > deadline)
                {
                    await GiveUpAsync(batch, fault, exception).ConfigureAwait(false);
                    return;
                }
            }

            await Task.Delay(pause, clock).ConfigureAwait(false);
            pause *= 2;
        }
    }

    private async Task GiveUpAsync(IReadOnlyList<QueuedDelivery> batch, StorageFault fault, Exception exception)
    {
        switch (fault)
        {
            case StorageFault.Data or StorageFault.Unknown when batch.Count > 1:
                await ProcessAsync([.. batch.Take(batch.Count / 2)]).ConfigureAwait(false);
                await ProcessAsync([.. batch.Skip(batch.Count / 2)]).ConfigureAwait(false);
                break;
            case StorageFault.Data or StorageFault.Unknown or StorageFault.LockTimeout or StorageFault.StatementTimeout:
                await DeferAsync(batch, fault, exception).ConfigureAwait(false);
                break;
            case StorageFault.SchemaOutdated:
                Answer(batch, new(ReceiveResult.SchemaOutdated, "The tables are not those of this version. Run \"clerksync migrate\"."));
                break;
            default:
                LogUnavailable(logger, batch.Count, fault, database.Describe(exception));
                Answer(batch, new(ReceiveResult.DatabaseUnavailable, "The database cannot be reached or cannot write."));
                break;
        }
    }

    /// <summary>The messages are durable; their effect follows in the background.</summary>
    private async Task DeferAsync(IReadOnlyList<QueuedDelivery> batch, StorageFault fault, Exception exception)
    {
        var why = fault == StorageFault.LockTimeout ? "Somebody else's lock held it back." : $"It could not be applied: {database.Describe(exception)}.";
        try
        {
            var next = clock.GetUtcNow() + DeferredFor;
            await applier.DeferAsync([.. batch.Select(d => d.Message)], why, next.ToUnixTimeMilliseconds(), CancellationToken.None).ConfigureAwait(false);
            foreach (var delivery in batch)
                LogDeferred(logger, delivery.Message.Id, delivery.Message.Event?.Type, why);
            Answer(batch, new(ReceiveResult.Deferred, why));
        }
        catch (Exception second)
        {
            LogUnavailable(logger, batch.Count, database.FaultOf(second), database.Describe(second));
            Answer(batch, new(ReceiveResult.DatabaseUnavailable, "The database cannot be reached or cannot write."));
        }
    }

    private static void Answer(IReadOnlyList<QueuedDelivery> batch, ReceiveOutcome outcome)
    {
        foreach (var delivery in batch)
            delivery.Outcome.TrySetResult(outcome);
    }

    [LoggerMessage(2002, LogLevel.Error, "{Count} deliveries were answered 503, because the database failed ({Fault}): {Error}. Svix sends them again.")]
    private static partial void LogUnavailable(ILogger logger, int count, StorageFault fault, string error);

    [LoggerMessage(2003, LogLevel.Warning, "Message {MessageId} ({EventType}) is stored and will be applied in the background. {Why}")]
    private static partial void LogDeferred(ILogger logger, string messageId, string? eventType, string why);
}
