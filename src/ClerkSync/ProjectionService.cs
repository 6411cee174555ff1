using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>Runs the projections beside the deliveries: each has a loop of its own, so that none holds up another.</summary>
internal sealed partial class ProjectionService(
    ClerkSyncDatabase database,
    IReadOnlyList<Projection> projections,
    ProjectionPreparation preparation,
    ProjectionWorker worker,
    ProjectionSignal signal,
    TimeProvider clock,
    ILogger<ProjectionService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private bool _isChecked;
    private string? _lastFailure;

    /// <summary>Projections that can never work stop the start; a database that is down does not: they are checked when it is back.</summary>
    /// <exception cref="ProjectionException">They are wrong.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(CheckAsync, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll([NameOrphansAsync(stoppingToken), .. projections.Select(p => RunAsync(p, stoppingToken))]).ConfigureAwait(false);
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var problems = await preparation.CheckAsync(cancellationToken).ConfigureAwait(false);
        _isChecked = true;
        if (problems.Count > 0)
            throw new ProjectionException(problems);
    }

    private async Task RunAsync(Projection projection, CancellationToken cancellationToken)
    {
        var isReady = false;
        while (true)
        {
            var next = signal.NextAsync();
            await TryAsync(
                async token =>
                {
                    if (!isReady)
                    {
                        if (!_isChecked && await projection.CheckAsync(token).ConfigureAwait(false) is { Count: > 0 } problems)
                            throw new ProjectionException(problems);
                        await preparation.RaiseAllAsync(projection, token).ConfigureAwait(false);
                        isReady = true;
                    }

                    await worker.WorkDueAsync(projection, token).ConfigureAwait(false);
                },
                cancellationToken,
                throwWrong: false).ConfigureAwait(false);
            if (isReady)
                await WaitAsync(next, cancellationToken).ConfigureAwait(false);
            else
                await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task NameOrphansAsync(CancellationToken cancellationToken)
    {
        var isDone = false;
        while (!isDone)
        {
            await TryAsync(
                async token =>
                {
                    await preparation.NameOrphansAsync(token).ConfigureAwait(false);
                    isDone = true;
                },
                cancellationToken,
                throwWrong: false).ConfigureAwait(false);
            if (!isDone)
                await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(Task next, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is time to look again.
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken, bool throwWrong = true)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
        }
        catch (ProjectionException exception) when (!throwWrong)
        {
            Report(exception.Message, () => LogWrong(logger, exception.Message));
        }
        catch (Exception exception) when (exception is not ProjectionException && (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            var failure = database.Describe(exception);
            Report(failure, () => LogWaits(logger, database.DisplayName, database.FaultOf(exception), failure));
        }
    }

    /// <summary>Once a second the same line would bury all others.</summary>
    private void Report(string failure, Action log)
    {
        if (Interlocked.Exchange(ref _lastFailure, failure) != failure)
            log();
    }

    [LoggerMessage(4201, LogLevel.Error, "Projections do not work. {Problems}")]
    private static partial void LogWrong(ILogger logger, string problems);

    [LoggerMessage(4202, LogLevel.Error, "Projections wait for the database {Database} ({Fault}): {Error}.")]
    private static partial void LogWaits(ILogger logger, string database, StorageFault fault, string error);
}
