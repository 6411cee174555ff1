using ClerkSync.Backfill;
using ClerkSync.Storage;
using Microsoft.Extensions.Options;

namespace ClerkSync;

/// <summary>Whether a delivery sent now would be taken, and if not, what to do.</summary>
internal sealed class Readiness(
    ClerkSyncDatabase database, SchemaMigrator migrator, IOptions<ClerkSyncOptions> options, ClerkWebhookVerifier verifier, SyncState sync, TimeProvider clock) : IDisposable
{
    /// <summary>How long an answer is kept: whoever asks without pause, and anybody may, costs the database one question a second.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private ReadinessReport? _report;
    private DateTimeOffset _keptUntil;

    /// <summary>Asks the database, but changes nothing.</summary>
    public async Task<ReadinessReport> LookAsync(CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_report is null || clock.GetUtcNow() >= _keptUntil)
            {
                _report = await AskAsync(cancellationToken).ConfigureAwait(false);
                _keptUntil = clock.GetUtcNow() + Kept;
            }

            return _report;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<ReadinessReport> AskAsync(CancellationToken cancellationToken)
    {
        TimeSpan? age = null;
        var problems = new List<ReadinessProblem>();
        if (verifier.SecretProblem is { } secretProblem)
            problems.Add(new("bad_signing_secret", secretProblem));
        else if (verifier.Secrets.Count == 0)
            problems.Add(new("no_signing_secret", "Set CLERK_WEBHOOK_SIGNING_SECRET to the endpoint's signing secret from Clerk's Dashboard."));

        if (sync.Problem is { } syncProblem)
            problems.Add(new("wrong_secret_key", syncProblem));

        try
        {
            if (SchemaProblem(await migrator.CheckAsync(cancellationToken).ConfigureAwait(false)) is { } schemaProblem)
                problems.Add(schemaProblem);
            else if (await InstanceProblemAsync(cancellationToken).ConfigureAwait(false) is { } instanceProblem)
                problems.Add(instanceProblem);
            else if ((await new SyncHistory(database).ReadAsync(cancellationToken).ConfigureAwait(false)).ReconciledAt is { } reconciledAt)
                age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(reconciledAt);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            problems.Add(new("database_unavailable", $"The database failed: {database.Describe(exception)}. Deliveries are answered 503 until it is back."));
        }

        return new(problems, age);
    }

    private static ReadinessProblem? SchemaProblem(SchemaState state) => state switch
    {
        SchemaState.Current => null,
        SchemaState.Newer => new("schema_outdated", "The tables were made by a newer version of ClerkSync. Update this program."),
        _ => new("schema_outdated", "The tables are missing or older than this version. Run \"clerksync migrate\"."),
    };

    private async Task<ReadinessProblem?> InstanceProblemAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Receiving.InstanceId is not { Length: > 0 } configured)
            return null;

        string? stored = null;
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                [EngineSchema.ReadCheckpoint(database.Dialect, EngineSchema.Instance, value => stored = value)], cancellationToken).ConfigureAwait(false);
        }

        return stored is null || stored == configured
            ? null
            : new("wrong_instance", $"CLERK_INSTANCE_ID is {configured}, but this database holds data of {stored}. Use another database, or another schema.");
    }
}

/// <summary>Whether a delivery would be taken.</summary>
/// <param name="Problems">Everything that stands in the way; empty when ready.</param>
/// <param name="ReconcileAge">How long ago the mirror was compared with Clerk; null for never. Old or not, deliveries are taken.</param>
internal sealed record ReadinessReport(IReadOnlyList<ReadinessProblem> Problems, TimeSpan? ReconcileAge);

/// <summary>Something that stands in the way of receiving.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people: what is wrong and what to do.</param>
internal sealed record ReadinessProblem(string Code, string Message);
