using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>A server with projections: receives as any other, and works marks when the test says so.</summary>
internal sealed class ProjectingServer : IAsyncDisposable
{
    private ProjectingServer(Engine engine, IReadOnlyList<Projection> projections, FakeTimeProvider clock, ProjectionsOptions options, ILoggerFactory loggers)
    {
        Engine = engine;
        Projections = projections;
        Clock = clock;
        Worker = new(engine.Database, options, clock, loggers.CreateLogger<ProjectionWorker>());
        Preparation = new(engine.Database, projections, clock, loggers.CreateLogger<ProjectionPreparation>()) { ChunkSize = 7 };
    }

    public Engine Engine { get; }

    public IReadOnlyList<Projection> Projections { get; }

    public FakeTimeProvider Clock { get; }

    public ProjectionWorker Worker { get; }

    public ProjectionPreparation Preparation { get; }

    /// <summary>Starts a server. The user's table must be there already.</summary>
    /// <param name="database">The database.</param>
    /// <param name="json">The projections as in clerksync.json.</param>
    /// <param name="clock">The clock that servers share.</param>
    /// <param name="wrap">Puts something around each projection, to stop it on the way.</param>
    /// <param name="options">How to receive.</param>
    /// <param name="batch">Objects in one transaction.</param>
    /// <param name="loggers">Where log lines go.</param>
    /// <param name="storage">How to wait for locks.</param>
    public static async Task<ProjectingServer> StartAsync(
        TestDatabase database, string json, FakeTimeProvider? clock = null, Func<Projection, ClerkSyncDatabase, Projection>? wrap = null,
        ReceivingOptions? options = null, int batch = 100, ILoggerFactory? loggers = null, StorageOptions? storage = null)
    {
        clock ??= new(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000));
        IReadOnlyList<Projection> projections = [];
        var engine = await Engine.StartAsync(database, options, clock, storage: storage, projections: connected => projections =
        [
            .. Read(json).Select(d => (Projection)new SqlProjection(d, ProjectionSources.All, connected, clock)).Select(p => wrap?.Invoke(p, connected) ?? p),
        ]);
        return new(engine, projections, clock, new() { BatchSize = batch, Jitter = 0 }, loggers ?? NullLoggerFactory.Instance);
    }

    /// <summary>Starts a server with projections of any kind.</summary>
    public static async Task<ProjectingServer> StartAsync(
        TestDatabase database, Func<ClerkSyncDatabase, IReadOnlyList<Projection>> make, FakeTimeProvider clock, ReceivingOptions? options = null, int batch = 100, ILoggerFactory? loggers = null)
    {
        IReadOnlyList<Projection> projections = [];
        var engine = await Engine.StartAsync(database, options, clock, projections: connected => projections = make(connected));
        return new(engine, projections, clock, new() { BatchSize = batch, Jitter = 0 }, loggers ?? NullLoggerFactory.Instance);
    }

    public static IReadOnlyList<SqlProjectionDefinition> Read(string json)
    {
        var (definitions, problems) = SqlProjectionReader.Read(JsonElement.Parse(json));
        Assert.Empty(problems);
        return definitions;
    }

    /// <summary>What a start does: check, and raise all objects for what is new.</summary>
    public async Task PrepareAsync()
    {
        Assert.Empty(await Preparation.CheckAsync(CancellationToken.None));
        foreach (var projection in Projections)
            await Preparation.RaiseAllAsync(projection, CancellationToken.None);
    }

    /// <summary>Works everything that is due.</summary>
    public async Task<int> WorkAsync()
    {
        var tried = 0;
        foreach (var projection in Projections)
            tried += await Worker.WorkDueAsync(projection, CancellationToken.None);
        return tried;
    }

    /// <summary>Carries out statements that are separated by semicolons.</summary>
    public async Task ExecuteAsync(string script)
    {
        foreach (var statement in script.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            await Engine.ExecuteAsync(statement);
    }

    public async Task ReceiveAsync(string id, byte[] body) => Assert.True((await Engine.ReceiveAsync(id, body)).IsDurable);

    public async Task<List<string?[]>> MarksAsync() =>
        await Engine.QueryAsync("SELECT object_id, state, attempts, error FROM {{projection_marks}} ORDER BY id");

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
