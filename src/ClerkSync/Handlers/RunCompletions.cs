using System.Threading.Channels;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Handlers;

/// <summary>Writes the results of runs: whatever has ended while one transaction commits becomes the next one.</summary>
internal sealed partial class RunCompletions : IAsyncDisposable
{
    private const int MostAtOnce = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });
    private readonly HandlerLines _lines;
    private readonly ClerkSyncDatabase _database;
    private readonly HandlersOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Task _loop;

    public RunCompletions(HandlerLines lines, ClerkSyncDatabase database, HandlersOptions options, TimeProvider clock, ILogger logger)
    {
        (_lines, _database, _options, _clock, _logger) = (lines, database, options, clock, logger);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Writes a result.</summary>
    /// <returns>False when it was not written: the lease was lost, or the database was away for longer than it.</returns>
    public Task<bool> WriteAsync(RunOutcome outcome)
    {
        var waiting = new Waiting(outcome, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return _queue.Writer.TryWrite(waiting) ? waiting.Written.Task : Task.FromResult(false);
    }

    /// <summary>Writes what is queued, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var batch = new List<Waiting>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out var next))
                batch.Add(next);
            await WriteAsync(batch).ConfigureAwait(false);
            batch.Clear();
        }
    }

    /// <summary>A database that is away for a moment costs no second run; after the lease somebody else may have the line anyway.</summary>
    private async Task WriteAsync(List<Waiting> batch)
    {
        var deadline = _clock.GetUtcNow() + _options.Lease;
        while (true)
        {
            try
            {
                var written = await _lines.CompleteAsync([.. batch.Select(w => w.Outcome)], CancellationToken.None).ConfigureAwait(false);
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Written.SetResult(written[i]);
                return;
            }
            catch (Exception exception)
            {
                var fault = _database.FaultOf(exception);
                if (fault is StorageFault.Data or StorageFault.Unknown && batch.Count > 1)
                {
                    // One result that cannot be written must not make the others run again.
                    foreach (var waiting in batch)
                        await WriteAsync([waiting]).ConfigureAwait(false);
                    return;
                }

                if (fault is StorageFault.Data or StorageFault.Unknown || _clock.GetUtcNow() + Pause > deadline)
                {
                    LogLost(_logger, batch.Count, fault, _database.Describe(exception));
                    batch.ForEach(w => w.Written.TrySetResult(false));
                    return;
                }
            }

            await Task.Delay(Pause, _clock).ConfigureAwait(false);
        }
    }

    [LoggerMessage(3001, LogLevel.Error, "The results of {Count} runs could not be written ({Fault}): {Error}. They run again when their lease has ended.")]
    private static partial void LogLost(ILogger logger, int count, StorageFault fault, string error);

    private sealed record Waiting(RunOutcome Outcome, TaskCompletionSource<bool> Written);
}
