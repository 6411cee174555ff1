using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Projections;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Cli.Syncing;

/// <summary>Backfill and reconcile for one command, on an open database.</summary>
internal sealed class SyncEngine : IDisposable
{
    private readonly ClerkApiClient _api;

    private SyncEngine(ClerkApiClient api, BackfillRun backfill, Reconciliation reconciliation) => (_api, Backfill, Reconciliation) = (api, backfill, reconciliation);

    public BackfillRun Backfill { get; }

    public Reconciliation Reconciliation { get; }

    /// <summary>Does the work, and turns its failures into sentences.</summary>
    /// <exception cref="CliException">There is no key, Clerk does not answer, or somebody else works on it.</exception>
    public static async Task<int> UseAsync(CliHost host, OpenDatabase opened, Func<SyncEngine, Task<int>> work)
    {
        if (!opened.Options.ClerkApi.HasKey)
            throw CliErrors.NoSecretKey();
        using var engine = Create(host, opened);
        try
        {
            return await work(engine);
        }
        catch (ClerkApiException exception)
        {
            throw CliErrors.ClerkRefused(exception);
        }
        catch (WrongInstanceException exception)
        {
            throw CliErrors.WrongInstance(exception);
        }
        catch (SyncBusyException exception)
        {
            throw CliErrors.SyncBusy(exception);
        }
        catch (SyncLeaseLostException exception)
        {
            throw CliErrors.SyncLeaseLost(exception);
        }
    }

    public void Dispose() => _api.Dispose();

    private static SyncEngine Create(CliHost host, OpenDatabase opened)
    {
        var (database, options) = (opened.Database, opened.Options);
        var api = ClerkApiClient.Create(options.ClerkApi, host.HttpHandler, host.Time, NullLogger.Instance);
        var writer = new ObjectWriter(database, new MarkRaiser(database, [], new()), host.Time);
        var instance = new InstanceGuard(database, api, options.Receiving.InstanceId, options.Receiving.LearnInstance, host.Time);
        return new(
            api,
            new(database, api, writer, instance, host.Time, NullLogger<BackfillRun>.Instance),
            new(database, api, writer, instance, host.Time, NullLogger<Reconciliation>.Instance));
    }
}
