using System.Collections.Concurrent;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Handlers;

/// <summary>
/// Finds lines that are due and has their runs worked on, as many at once as each handler allows. Any number of processes do the same on one
/// database and share the work.
/// </summary>
internal sealed partial class HandlerDispatcher : IAsyncDisposable
{
    /// <summary>How often to look without being told: another process may have received a message, and a retry may be due.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly HandlerCatalogue _catalogue;
    private readonly ClerkSyncDatabase _database;
    private readonly HandlersOptions _options;
    private readonly RunSignal _signal;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly HandlerLines _lines;
    private readonly RunCompletions _completions;
    private readonly RunWorker _worker;
    private readonly ConcurrentDictionary<ClaimedRun, CancellationTokenSource> _held = new(ReferenceEqualityComparer.Instance);
    private string? _lastFailure;

    public HandlerDispatcher(
        HandlerCatalogue catalogue, ClerkSyncDatabase database, IServiceScopeFactory scopes, PayloadSeal seal, HandlersOptions options, RunSignal signal, TimeProvider clock, ILogger logger)
    {
        (_catalogue, _database, _options, _signal, _clock, _logger) = (catalogue, database, options, signal, clock, logger);
        _lines = new(database);
        _completions = new(_lines, database, options, clock, logger);
        _worker = new(_lines, _completions, scopes, seal, options, clock, logger);
    }

    /// <summary>Works until the application stops; then hands back what is not done.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var work = new ConcurrentDictionary<Task, bool>();
        using var tick = _clock.CreateTimer(_ => _signal.Set(), null, Poll, Poll);
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken.None);
        var renewal = RenewAsync(renewing.Token);
        _signal.Set();
        try
        {
            while (true)
            {
                await _signal.WaitAsync(stopping).ConfigureAwait(false);
                while (await TryClaimAsync(stopping).ConfigureAwait(false) is { Count: > 0 } runs)
                {
                    foreach (var run in runs)
                    {
                        var task = WorkAsync(run, stopping);
                        work.TryAdd(task, true);
                        _ = task.ContinueWith(ended => work.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(work.Keys).ConfigureAwait(false);
        }
        finally
        {
            await renewing.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
        }
    }

    /// <summary>Works on everything that is due now, and on what becomes due by that.</summary>
    /// <returns>How many attempts were made.</returns>
    public async Task<int> WorkDueAsync(CancellationToken cancellationToken)
    {
        var attempts = 0;
        while (await ClaimAsync(cancellationToken).ConfigureAwait(false) is { Count: > 0 } runs)
        {
            attempts += runs.Count;
            await Task.WhenAll(runs.Select(run => WorkAsync(run, cancellationToken))).ConfigureAwait(false);
        }

        return attempts;
    }

    public ValueTask DisposeAsync() => _completions.DisposeAsync();

    private async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(CancellationToken cancellationToken)
    {
        var working = _held.Keys.CountBy(r => r.Handler, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        (string Name, int Free)[] free =
            [.. _catalogue.All.Select(h => (h.Name, h.Options.MaxConcurrency - working.GetValueOrDefault(h.Name))).Where(h => h.Item2 > 0)];
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (free.Length == 0 || !await _lines.IsAnyDueAsync(free.Select(f => f.Name), now, cancellationToken).ConfigureAwait(false))
            return [];
        var runs = await _lines.ClaimAsync(free, now, _options.Lease, _held.Keys, cancellationToken).ConfigureAwait(false);
        foreach (var run in runs)
            _held[run] = new();
        return runs;
    }

    /// <summary>A database that is away is no reason to stop: it is asked again a second later.</summary>
    private async Task<IReadOnlyList<ClaimedRun>> TryClaimAsync(CancellationToken stopping)
    {
        try
        {
            var runs = await ClaimAsync(stopping).ConfigureAwait(false);
            _lastFailure = null;
            return runs;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            var failure = _database.Describe(exception);
            if (failure != _lastFailure)
                LogFailed(_logger, _database.DisplayName, _database.FaultOf(exception), failure);
            _lastFailure = failure;
            return [];
        }
    }

    private async Task WorkAsync(ClaimedRun run, CancellationToken stopping)
    {
        using var lost = _held[run];
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, stopping);
        try
        {
            await _worker.WorkAsync(_catalogue.Find(run.Handler)!, run, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The lease ends by itself, and the run is tried again.
            LogBroken(_logger, run.Handler, run.MessageId, exception.GetType().Name);
        }
        finally
        {
            _held.TryRemove(run, out _);
            _signal.Set();
        }
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_options.Lease / 3, _clock);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
                    return;
                ClaimedRun[] held = [.. _held.Keys];
                if (held.Length == 0)
                    continue;
                var renewed = await _lines.RenewAsync(held, _options.Lease, stopping).ConfigureAwait(false);
                await EndLostAsync(held.Except(renewed, ReferenceEqualityComparer.Instance).Cast<ClaimedRun>()).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                LogNotRenewed(_logger, _database.FaultOf(exception), _database.Describe(exception));
            }
        }
    }

    /// <summary>Another worker has the line: what is done here is done twice, so it ends.</summary>
    private async Task EndLostAsync(IEnumerable<ClaimedRun> lost)
    {
        foreach (var run in lost)
        {
            try
            {
                if (_held.TryGetValue(run, out var work))
                    await work.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }
    }

    [LoggerMessage(3005, LogLevel.Error, "Handlers have to wait: the database {Database} failed ({Fault}): {Error}. Nothing is lost.")]
    private static partial void LogFailed(ILogger logger, string database, StorageFault fault, string error);

    [LoggerMessage(3006, LogLevel.Error, "The run of handler {Handler} with message {MessageId} broke off with an unexpected {Error}. It runs again when its lease has ended.")]
    private static partial void LogBroken(ILogger logger, string handler, string messageId, string error);

    [LoggerMessage(3007, LogLevel.Warning, "Leases could not be renewed ({Fault}): {Error}. Other servers may take the runs over.")]
    private static partial void LogNotRenewed(ILogger logger, StorageFault fault, string error);
}
