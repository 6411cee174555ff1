using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>Runs the handlers, from when the database answers until the application stops.</summary>
internal sealed partial class HandlerService(
    HandlerCatalogue catalogue, HandlerDispatcher dispatcher, HandlerRegistry registry, PayloadSeal seal, ClerkSyncDatabase database, TimeProvider clock, ILogger<HandlerService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!seal.IsAvailable && catalogue.All.FirstOrDefault(h => SecretMembers.NeededWhole.Any(h.Interest.Names)) is { } needy)
            LogCut(logger, needy.Name);

        // Not in StartAsync: a database that is down must not hold up the start.
        while (!await TryBeginAsync(stoppingToken).ConfigureAwait(false))
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(false);
        if (catalogue.All.Count > 0)
            await dispatcher.RunAsync(stoppingToken).ConfigureAwait(false);
    }

    private async Task<bool> TryBeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await registry.WriteAsync(catalogue, cancellationToken).ConfigureAwait(false);
            foreach (var (handler, open, dead) in await registry.FindAbsentAsync(catalogue, cancellationToken).ConfigureAwait(false))
                LogAbsent(logger, handler, open, dead);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whoever migrates or receives says what is wrong with the database.
            LogWaiting(logger, database.FaultOf(exception), database.Describe(exception));
            return false;
        }
    }

    [LoggerMessage(1004, LogLevel.Warning,
        "Handler {Handler} is not in this application, and has stored runs: {Open} open, {Dead} dead. Another application on this database may have it; if none has, nobody works on them. "
        + "If it was renamed, give the new one this Name. If it is gone for good: clerksync inbox discard --handler {Handler}.")]
    private static partial void LogAbsent(ILogger logger, string handler, long open, long dead);

    [LoggerMessage(1006, LogLevel.Information,
        "Handler {Handler} gets email.created, sms.created and invitation.created without codes, texts and tickets. If the application sends these messages itself, call services.AddDataProtection().")]
    private static partial void LogCut(ILogger logger, string handler);

    [LoggerMessage(1005, LogLevel.Debug, "Handlers wait for the database ({Fault}): {Error}.")]
    private static partial void LogWaiting(ILogger logger, StorageFault fault, string error);
}
