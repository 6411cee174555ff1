using ClerkSync.Inbox;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>What runs beside the deliveries: the migration at start, deferred messages and overdue erasing each second, cleaning each hour.</summary>
internal sealed partial class ClerkSyncService(
    SchemaMigrator migrator, DeferredMessages deferred, InboxCleaner cleaner, ClerkSyncDatabase database, ClerkSyncOptions options, TimeProvider clock, ILogger<ClerkSyncService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CleaningPause = TimeSpan.FromHours(1);

    private DateTimeOffset _nextCleaning;
    private bool _isMigrated;
    private string? _lastFailure;

    /// <summary>A schema that cannot be migrated stops the start; a database that is down does not: it will come back.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(MigrateAsync, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await TryAsync(_isMigrated ? WorkAsync : MigrateLaterAsync, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Once the application runs, tables that cannot be migrated are no reason to end it: deliveries are answered 503 with the cure.</summary>
    private async Task MigrateLaterAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MigrateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MigrationException exception)
        {
            _isMigrated = true;
            LogRefused(logger, exception.Message);
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (options.Storage.MigrateAtStart)
        {
            var plan = await migrator.MigrateAsync(allowRewrite: false, cancellationToken).ConfigureAwait(false);
            if (plan.Statements.Count > 0)
                LogMigrated(logger, database.DisplayName, plan.Statements.Count);
        }

        _isMigrated = true;
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (await deferred.ApplyDueAsync(cancellationToken).ConfigureAwait(false) > 0)
            cancellationToken.ThrowIfCancellationRequested();
        while (await cleaner.EraseEndedAsync(cancellationToken).ConfigureAwait(false) > 0)
            cancellationToken.ThrowIfCancellationRequested();
        if (clock.GetUtcNow() < _nextCleaning)
            return;
        _nextCleaning = clock.GetUtcNow() + CleaningPause;
        await cleaner.CleanAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
            _lastFailure = null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not MigrationException)
        {
            // Once a second the same line would bury all others.
            var failure = database.Describe(exception);
            if (failure != _lastFailure)
                LogFailed(logger, database.DisplayName, database.FaultOf(exception), failure);
            _lastFailure = failure;
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "The tables in {Database} are up to date now ({Statements} statements).")]
    private static partial void LogMigrated(ILogger logger, string database, int statements);

    [LoggerMessage(1003, LogLevel.Error, "The tables cannot be migrated. {Why} Deliveries are answered 503 until then; nothing is lost.")]
    private static partial void LogRefused(ILogger logger, string why);

    [LoggerMessage(1002, LogLevel.Error, "The database {Database} failed ({Fault}): {Error}. Deliveries are answered 503 until it is back; nothing is lost.")]
    private static partial void LogFailed(ILogger logger, string database, StorageFault fault, string error);
}
