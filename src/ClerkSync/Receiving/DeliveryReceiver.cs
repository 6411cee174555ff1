using System.Threading.Channels;
using ClerkSync.Signing;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Receiving;

/// <summary>
/// Takes verified deliveries and answers when they are durable. What has gathered while one transaction commits becomes the next
/// one, of a crowd at most half (<see cref="BatchSize"/>): under load the cost of a commit is shared, and without load nobody waits.
/// </summary>
internal sealed partial class DeliveryReceiver : IAsyncDisposable
{
    private readonly Channel<QueuedDelivery> _queue = Channel.CreateUnbounded<QueuedDelivery>(new() { SingleReader = true });
    private readonly BatchProcessor _processor;
    private readonly ReceivingOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<DeliveryReceiver> _logger;
    private readonly Task _loop;
    private long _queuedBytes;
    private int _queued;

    public DeliveryReceiver(ClerkSyncDatabase database, MessageApplier applier, ReceivingOptions options, TimeProvider clock, ILogger<DeliveryReceiver> logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _processor = new(database, applier, options, clock, logger);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Stores and applies a message. The token ends the waiting only: what is queued is carried out.</summary>
    public async ValueTask<ReceiveOutcome> ReceiveAsync(VerifiedDelivery delivery, CancellationToken cancellationToken)
    {
        var size = delivery.Body.Length;
        var queued = new QueuedDelivery(InboundMessage.Received(delivery.Id, _clock.GetUtcNow().ToUnixTimeMilliseconds(), delivery.Body), size);
        if (Interlocked.Add(ref _queuedBytes, size) > _options.QueueBytes)
        {
            Interlocked.Add(ref _queuedBytes, -size);
            return new(ReceiveResult.QueueFull, "More deliveries are waiting to be committed than the queue may hold.");
        }

        if (!_queue.Writer.TryWrite(queued))
        {
            Interlocked.Add(ref _queuedBytes, -size);
            return new(ReceiveResult.DatabaseUnavailable, "The server is stopping.");
        }

        Interlocked.Increment(ref _queued);
        try
        {
            return await queued.Outcome.Task.WaitAsync(_options.CommitTimeout, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new(ReceiveResult.DatabaseUnavailable, "The database did not commit in time. The delivery may still be committed.");
        }
    }

    /// <summary>Carries out what is queued, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var batch = new List<QueuedDelivery>();
        var size = new BatchSize(_options.BatchMessages);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var bytes = 0;
            var most = size.Next(Volatile.Read(ref _queued));
            while (batch.Count < most && bytes < _options.BatchBytes && _queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
                bytes += next.Size;
            }

            try
            {
                await _processor.ProcessAsync(batch).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // Whatever went wrong, the loop goes on, and Svix sends these deliveries again.
                LogLost(_logger, exception.GetType().Name, batch.Count);
                foreach (var delivery in batch)
                    delivery.Outcome.TrySetResult(new(ReceiveResult.DatabaseUnavailable));
            }

            Interlocked.Add(ref _queuedBytes, -bytes);
            Interlocked.Add(ref _queued, -batch.Count);
            batch.Clear();
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "A batch of {Count} deliveries failed with an unexpected {Error}. They are answered 503, and Svix sends them again.")]
    private static partial void LogLost(ILogger logger, string error, int count);
}

/// <summary>A delivery that waits for its commit.</summary>
internal sealed record QueuedDelivery(InboundMessage Message, int Size)
{
    public TaskCompletionSource<ReceiveOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
