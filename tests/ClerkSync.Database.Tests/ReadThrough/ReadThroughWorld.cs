using System.Collections.Concurrent;
using System.Net;
using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Database.Tests.Backfill;
using ClerkSync.Database.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace ClerkSync.Database.Tests.ReadThrough;

/// <summary>A Clerk, a database, and the mirror that stands between them; answers of Clerk can be held back or refused.</summary>
internal sealed class ReadThroughWorld : IAsyncDisposable
{
    private readonly List<ClerkApiClient> _clients = [];

    private ReadThroughWorld(SyncWorld world)
    {
        World = world;
        Mirror = MakeMirror(world.Clerk.SecretKey);
    }

    public SyncWorld World { get; }

    public ClerkMirror Mirror { get; }

    /// <summary>Answers wait for this.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Completed when a request is held.</summary>
    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when a request that is held is cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsDown { get; set; }

    /// <summary>The status of what Clerk does not answer as it should; null for the right answer. Gets path and query.</summary>
    public Func<string, HttpStatusCode?> Trouble { get; set; } = static _ => null;

    /// <summary>Called with the body of each request that has one.</summary>
    public Action<string> OnBody { get; set; } = static _ => { };

    /// <summary>Requests for objects: path and query.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public FakeLogger<StubService> Log { get; } = new();

    public static async Task<ReadThroughWorld> StartAsync(DatabaseKind kind, PostgresServer postgres) => new(await SyncWorld.StartAsync(kind, postgres));

    public ClerkMirror MakeMirror(string? secretKey)
    {
        var fetch = MakeFetch(secretKey);
        return new(World.Engine.Database, fetch, World.Writer, new(), World.Clock, NullLogger.Instance);
    }

    public MetadataWriter MakeMetadataWriter(ILogger logger, string? secretKey, ObjectWriter? writer = null)
    {
        var fetch = MakeFetch(secretKey, writer);
        return new(_clients[^1], fetch, logger);
    }

    public StubService MakeStubService() => new(MakeFetch(World.Clerk.SecretKey), World.Engine.Database, new(), World.Clock, Log);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await World.DisposeAsync();
    }

    private ObjectFetch MakeFetch(string? secretKey, ObjectWriter? writer = null)
    {
        var options = new ClerkApiOptions { SecretKey = secretKey, Url = "http://127.0.0.1", BudgetPercent = 100, RequestsPerTenSeconds = 100_000, MaxRetries = 0 };
        var client = ClerkApiClient.Create(options, () => new Wire(this) { InnerHandler = World.Clerk.CreateHandler() }, TimeProvider.System, NullLogger.Instance);
        _clients.Add(client);
        return new(client, writer ?? World.Writer, new(World.Engine.Database, client, configured: null, learns: true, World.Clock), new(), World.Clock);
    }

    private sealed class Wire(ReadThroughWorld world) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.PathAndQuery;
            if (path != "/v1/instance")
            {
                world.Requests.Enqueue(path);
                world.Held.TrySetResult();
                try
                {
                    await world.Hold.WaitAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    world.Cancelled.TrySetResult();
                    throw;
                }
            }

            if (request.Content is { } content)
                world.OnBody(await content.ReadAsStringAsync(cancellationToken));
            if (world.Trouble(path) is { } status)
                return new(status) { Content = new StringContent("") };
            return world.IsDown ? throw new HttpRequestException(HttpRequestError.ConnectionError) : await base.SendAsync(request, cancellationToken);
        }
    }
}
