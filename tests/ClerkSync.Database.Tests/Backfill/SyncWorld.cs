using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>A Clerk, and a database that is filled from it and compared with it. The clock of both is moved by hand.</summary>
internal sealed class SyncWorld : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly List<ClerkApiClient> _clients = [];

    private SyncWorld(TestDatabase database, Engine engine, ClerkEmulator clerk, FakeTimeProvider clock)
    {
        (_database, Engine, Clerk, Clock) = (database, engine, clerk, clock);
        Writer = new(engine.Database, engine.Marks, clock);
        Api = MakeApi(clerk.SecretKey);
        Guard = new(engine.Database, Api, configured: null, learns: true, clock);
    }

    public Engine Engine { get; }

    public ClerkEmulator Clerk { get; }

    public FakeTimeProvider Clock { get; }

    public ObjectWriter Writer { get; }

    public ClerkApiClient Api { get; }

    public InstanceGuard Guard { get; }

    /// <summary>Called before each request to Clerk, with its path and query.</summary>
    public Action<string> OnRequest { get; set; } = static _ => { };

    /// <summary>Called with each answer before it is read.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage> OnAnswer { get; set; } = static (_, response) => response;

    /// <summary>Requests so far: path and query.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<SyncWorld> StartAsync(DatabaseKind kind, PostgresServer postgres, Action<ClerkEmulatorOptions>? configure = null)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_785_400_000_000));
        var options = new ClerkEmulatorOptions { TimeProvider = clock, RequestsPerTenSeconds = int.MaxValue };
        configure?.Invoke(options);
        var database = await TestDatabase.CreateAsync(kind, postgres);
        return new(database, await Engine.StartAsync(database, clock: clock), await ClerkEmulator.StartAsync(options), clock);
    }

    /// <summary>Another process that asks Clerk.</summary>
    public ClerkApiClient MakeApi(string secretKey)
    {
        var client = ClerkApiClient.Create(
            new() { SecretKey = secretKey, Url = "http://127.0.0.1", BudgetPercent = 100, RequestsPerTenSeconds = 100_000, MaxRetries = 0 },
            () => new Wire(this) { InnerHandler = Clerk.CreateHandler() },
            TimeProvider.System,
            NullLogger.Instance);
        _clients.Add(client);
        return client;
    }

    public BackfillRun Backfill(int pageSize = 500, InstanceGuard? guard = null) =>
        new(Engine.Database, Api, Writer, guard ?? Guard, Clock, NullLogger<BackfillRun>.Instance) { PageSize = pageSize };

    public Task<BackfillReport> BackfillAsync(int pageSize = 500, bool fromStart = false) => Backfill(pageSize).RunAsync(fromStart, null, CancellationToken.None);

    public Reconciliation Reconciliation(ClerkApiClient? api = null) =>
        new(Engine.Database, api ?? Api, Writer, api is null ? Guard : new(Engine.Database, api, null, learns: true, Clock), Clock, NullLogger<Reconciliation>.Instance);

    public Task<DriftReport> ReconcileAsync(ReconcileRequest? request = null) => Reconciliation().RunAsync(request ?? new(), null, CancellationToken.None);

    public Task<DriftReport> DryRunAsync(int pageSize = 500) => ReconcileAsync(new() { IsDryRun = true, PageSize = pageSize });

    /// <summary>So long ago that whatever is gone is no matter of seconds.</summary>
    public void PassAnHour() => Clock.Advance(TimeSpan.FromHours(1));

    /// <summary>Ids of the rows that are alive.</summary>
    public async Task<IReadOnlyList<string>> LiveAsync(string table) =>
        [.. (await Engine.QueryAsync($"SELECT id FROM {{{table}}} WHERE deleted_at IS NULL ORDER BY id")).Select(r => r[0]!)];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await Engine.DisposeAsync();
        await Clerk.DisposeAsync();
        await _database.DisposeAsync();
    }

    private sealed class Wire(SyncWorld world) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.PathAndQuery;
            lock (world.Requests)
            {
                world.Requests.Add(path);
                world.OnRequest(path);
            }

            return world.OnAnswer(request, await base.SendAsync(request, cancellationToken));
        }
    }
}
