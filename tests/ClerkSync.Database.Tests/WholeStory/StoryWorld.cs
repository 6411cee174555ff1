using System.Collections.Concurrent;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Convergence;
using ClerkSync.Database.Tests.Projections;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.WholeStory;

/// <summary>
/// A Clerk, and an application as a user would write it: the endpoint, a handler, tables of its own that projections keep. One clock for all of it, moved by hand.
/// </summary>
internal sealed class StoryWorld : IAsyncDisposable
{
    private const string Projections =
        """
        [{ "name": "people", "from": "users", "into": "person", "key": { "clerk_id": "id" },
           "columns": { "email": "primary_email_address", "first": "first_name" }, "onDelete": { "set": { "gone_at": "deleted_at" } }, "onRestore": { "gone_at": null } },
         { "name": "members", "from": "organization_memberships", "into": "member", "key": { "clerk_id": "id" },
           "columns": { "role": "role", "person": "user_id", "team": "organization_id" }, "onDelete": "delete" }]
        """;

    /// <summary>How often a message fails on its way in, or in the handler, at most.</summary>
    private const int MostMishaps = 2;

    private readonly TestDatabase _database;
    private readonly ConcurrentDictionary<string, int> _mishaps = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private WebApplication? _app;
    private Random _chance = new(0);

    private StoryWorld(TestDatabase database, Engine engine, ClerkEmulator clerk, FakeTimeProvider clock) => (_database, Engine, Clerk, Clock) = (database, engine, clerk, clock);

    /// <summary>Looks into the database beside the application.</summary>
    public Engine Engine { get; }

    public ClerkEmulator Clerk { get; }

    public FakeTimeProvider Clock { get; }

    public EmulatedEndpoint Endpoint => Clerk.Endpoints[0];

    /// <summary>Ids of messages that the endpoint accepted, whether the sender heard of it or not.</summary>
    public ConcurrentDictionary<string, bool> Accepted { get; } = new(StringComparer.Ordinal);

    /// <summary>What the handler has done: the id of the message, each time that it came to its end.</summary>
    public ConcurrentQueue<string> Handled { get; } = [];

    /// <summary>How likely a mishap is: an outage before or after the work, an exception in the handler.</summary>
    public double Mishaps { get; set; }

    public static async Task<StoryWorld> StartAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_785_400_000_000));
        var database = await TestDatabase.CreateAsync(kind, postgres);
        var engine = await Engine.StartAsync(database, clock: clock);
        var clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = clock, RequestsPerTenSeconds = int.MaxValue }, TestContext.Current.CancellationToken);
        var world = new StoryWorld(database, engine, clerk, clock);
        var moment = kind == DatabaseKind.PostgreSql ? "timestamptz" : "TEXT";
        await engine.ExecuteAsync($"CREATE TABLE person (clerk_id varchar(60) PRIMARY KEY, email text, first text, gone_at {moment})");
        await engine.ExecuteAsync("CREATE TABLE member (clerk_id varchar(60) PRIMARY KEY, role text, person text, team text)");
        await world.StartApplicationAsync();
        return world;
    }

    /// <summary>Forgets all but the schema, and takes what exists without an event: the roles that every instance has.</summary>
    public async Task BeginAsync(int seed)
    {
        Clerk.Reset();
        Endpoint.IsEnabled = true;
        Clerk.Faults.Seed = seed;
        (_chance, Mishaps) = (new(seed), 0);
        _mishaps.Clear();
        Handled.Clear();
        Accepted.Clear();
        await MirrorSnapshot.ClearAsync(Engine.Database);
        foreach (var table in new[] { "{{handler_runs}}", "{{handler_lines}}", "{{projection_marks}}", "person", "member" })
            await Engine.ExecuteAsync($"DELETE FROM {table}");
        await Engine.ExecuteAsync("DELETE FROM {{checkpoints}} WHERE name LIKE 'backfill%'");
        await BackfillAsync();
    }

    /// <summary>Lets time pass once whatever is on its way now has arrived.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await Clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        Clock.Advance(time);
    }

    /// <summary>Lets time pass until late deliveries and retries have arrived, and all of it is applied, handled and projected.</summary>
    public async Task SettleAsync()
    {
        for (var i = 0; i < 50; i++)
            await PassAsync(TimeSpan.FromSeconds(30));
        await Clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        await Patience.UntilAsync(
            "an end of all work",
            async () => await Engine.ScalarAsync(
                """
                SELECT (SELECT count(*) FROM {{handler_lines}}) + (SELECT count(*) FROM {{projection_marks}} WHERE state <> 'dead')
                  + (SELECT count(*) FROM {{inbox_messages}} WHERE result = 'deferred')
                """) == "0",
            () => Clock.Advance(TimeSpan.FromSeconds(5)));
    }

    public Task<BackfillReport> BackfillAsync() =>
        WithinBudgetAsync("backfill", _app!.Services.GetRequiredService<BackfillRun>().RunAsync(fromStart: true, null, TestContext.Current.CancellationToken));

    /// <summary>Compares as if the last change were long ago; many deletions are no reason to refuse in a world this small.</summary>
    public Task<DriftReport> ReconcileAsync(bool isDryRun)
    {
        Clock.Advance(TimeSpan.FromHours(1));
        var request = new ReconcileRequest { IsDryRun = isDryRun, MaxDeletions = 1_000_000, PageSize = 7 };
        return WithinBudgetAsync("reconcile", _app!.Services.GetRequiredService<Reconciliation>().RunAsync(request, null, TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await Clerk.DisposeAsync();
        await Engine.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>The budget of requests is one of time.</summary>
    private async Task<T> WithinBudgetAsync<T>(string what, Task<T> work)
    {
        await Patience.UntilAsync($"the end of a {what}", () => work.IsCompleted, () => Clock.Advance(TimeSpan.FromMilliseconds(2)));
        return await work;
    }

    private async Task StartApplicationAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.WebHost.UseClerkEmulator(Clerk);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        var clerkSync = builder.Services.AddClerkSync(options =>
        {
            (options.Backfill.AtStart, options.Backfill.ReconcileEvery) = (false, TimeSpan.Zero);
            (options.ClerkApi.BudgetPercent, options.ClerkApi.RequestsPerTenSeconds) = (100, 100_000);
        });
        _ = _database.Kind == DatabaseKind.Sqlite ? clerkSync.UseSqlite(_database.ConnectionString) : clerkSync.UsePostgreSql(_database.ConnectionString);
        clerkSync.AddHandler<UserEvent>(
            options => (options.Name, options.Timeout) = ("notes", TimeSpan.FromHours(1)),
            (_, context, _) => Task.Run(() => Handle(context.MessageId)));
        foreach (var definition in ProjectingServer.Read(Projections))
            builder.Services.AddSingleton<Projection>(p => new SqlProjection(definition, ProjectionSources.All, p.GetRequiredService<ClerkSyncDatabase>(), Clock));
        _app = builder.Build();
        _app.Use(OutageAsync);
        _app.MapClerkWebhooks();
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    private void Handle(string messageId)
    {
        if (Fails("handler " + messageId))
            throw new InvalidOperationException("not today");
        Handled.Enqueue(messageId);
    }

    /// <summary>The application is down, or it does its work and the answer gets lost.</summary>
    private async Task OutageAsync(HttpContext http, RequestDelegate next)
    {
        var id = http.Request.Headers["svix-id"].ToString();
        if (Fails("way of " + id))
        {
            http.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        await next(http);
        if (http.Response.StatusCode == StatusCodes.Status200OK)
            Accepted[id] = true;
        if (Fails("way of " + id))
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
        }
    }

    private bool Fails(string what)
    {
        lock (_gate)
        {
            if (_chance.NextDouble() >= Mishaps || _mishaps.GetValueOrDefault(what) >= MostMishaps)
                return false;
            _mishaps[what] = _mishaps.GetValueOrDefault(what) + 1;
            return true;
        }
    }
}
