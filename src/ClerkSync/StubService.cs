using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>Completes stubs that no webhook has completed: looks each minute for those that are older than an hour.</summary>
internal sealed partial class StubService(ObjectFetch fetch, ClerkSyncDatabase database, ReadThroughOptions options, TimeProvider clock, ILogger<StubService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private const int MostAtOnce = 50;

    private readonly StoredObjects _stored = new(database);

    /// <summary>Those that were tried: one that stays a stub is not asked for each minute.</summary>
    private readonly UnknownIds _tried = new(options.StubAge, clock);
    private string? _lastFailure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!fetch.CanAsk)
            return;
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await CompleteAsync(stoppingToken).ConfigureAwait(false);
                _lastFailure = null;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                var failure = exception is ClerkApiException ? exception.Message : $"The database failed ({database.FaultOf(exception)}): {database.Describe(exception)}.";
                if (failure != _lastFailure)
                    LogWaiting(logger, failure);
                _lastFailure = failure;
            }
        }
    }

    /// <summary>Completes those that are old enough, the oldest first.</summary>
    internal async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var before = (clock.GetUtcNow() - options.StubAge).ToUnixTimeMilliseconds();
        foreach (var name in MirrorSchema.TablesWithStubs)
        {
            var table = MirrorTables.Named(name);
            foreach (var id in await _stored.FindStubsAsync(name, before, MostAtOnce, cancellationToken).ConfigureAwait(false))
            {
                if (_tried.Contains(id) || await _stored.FindAsync(table, id, cancellationToken).ConfigureAwait(false) is not { IsStub: true, IsDead: false })
                    continue;
                await TryAsync(new WantedObject.ById(table, id), cancellationToken).ConfigureAwait(false);
                _tried.Add(id);
            }
        }
    }

    private async Task TryAsync(WantedObject wanted, CancellationToken cancellationToken)
    {
        try
        {
            await fetch.CompleteAsync(wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ObjectRefusedException or ClerkApiException { IsTransient: false, Status: not (401 or 403) })
        {
            LogSkipped(logger, wanted, exception.Message);
        }
    }

    [LoggerMessage(5302, LogLevel.Warning, "Stubs wait to be completed. {Why}")]
    private static partial void LogWaiting(ILogger logger, string why);

    [LoggerMessage(5303, LogLevel.Warning, "{Object} stays a stub. {Why}")]
    private static partial void LogSkipped(ILogger logger, WantedObject @object, string why);
}
