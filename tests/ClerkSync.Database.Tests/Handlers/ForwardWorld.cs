using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Handlers;
using ClerkSync.Signing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>An engine that forwards, with a clock that stands still unless it is told, and everything that it logs.</summary>
internal sealed class ForwardWorld : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly FakeLoggerProvider _logs;
    private readonly ILoggerFactory _loggers;

    private ForwardWorld(TestDatabase database, SignallingClock clock, ClerkWebhookVerifier verifier, FakeLoggerProvider logs, ILoggerFactory loggers, Engine engine) =>
        (_database, Clock, Verifier, _logs, _loggers, Engine) = (database, clock, verifier, logs, loggers, engine);

    public static SigningSecret First { get; } = SigningSecret.Create();

    public static SigningSecret Second { get; } = SigningSecret.Create();

    public SignallingClock Clock { get; }

    public ClerkWebhookVerifier Verifier { get; }

    public Engine Engine { get; }

    public string Logged => string.Join('\n', _logs.Collector.GetSnapshot().Select(r => $"{r.Message} {r.Exception}"));

    public static async Task<ForwardWorld> StartAsync(Action<ClerkSyncBuilder> forwards, params SigningSecret[] secrets)
    {
        var clock = new SignallingClock();
        var logs = new FakeLoggerProvider();
        var loggers = LoggerFactory.Create(b => b.AddProvider(logs).SetMinimumLevel(LogLevel.Trace));
        var verifier = new ClerkWebhookVerifier(new SigningOptions(), clock) { Secrets = new(secrets) };
        var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, new());
        var engine = await Engine.StartAsync(database, new() { LearnInstance = false }, clock, loggers, handlers: b =>
        {
            b.Services.AddSingleton<TimeProvider>(clock);
            b.Services.AddSingleton(verifier);
            forwards(b);
        });
        return new(database, clock, verifier, logs, loggers, engine);
    }

    /// <summary>Receives the creation of a user, and works until nothing is due.</summary>
    public async Task ForwardAsync(string messageId = "msg_1", string userId = "user_1")
    {
        await Engine.ReceiveAsync(messageId, Bodies.User("user.created", userId, 0));
        await WorkAsync();
    }

    public Task<int> WorkAsync() => Engine.Dispatcher.WorkDueAsync(CancellationToken.None);

    public async Task<IReadOnlyList<StoredRun>> RunsAsync() => await Engine.Runs.ListAsync(new() { Limit = 1000, OldestFirst = true }, CancellationToken.None);

    public async Task<StoredRun> RunAsync() => Assert.Single(await RunsAsync());

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _database.DisposeAsync();
        _loggers.Dispose();
        _logs.Dispose();
        Verifier.Dispose();
    }
}

/// <summary>A clock for tests that tells when somebody begins to wait for a certain time.</summary>
internal sealed class SignallingClock() : FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start))
{
    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TimeSpan Awaited { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Done as soon as somebody waits for <see cref="Awaited"/>.</summary>
    public Task Waits => _waits.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == Awaited)
            _waits.TrySetResult();
        return timer;
    }
}
