using System.Collections.Concurrent;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>A real host with handlers, and everything that anybody logs in it.</summary>
internal sealed class HandlerHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ConcurrentQueue<TaskCompletionSource> _lines;
    private bool _isStopped;

    private HandlerHost(IHost host, ConcurrentQueue<TaskCompletionSource> lines) => (_host, _lines) = (host, lines);

    public IServiceProvider Services => _host.Services;

    public FakeLogCollector Log => _host.Services.GetFakeLogCollector();

    public static async Task<HandlerHost> StartAsync(TestDatabase database, Action<ClerkSyncBuilder> handlers)
    {
        var lines = new ConcurrentQueue<TaskCompletionSource>();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddFakeLogging(o => o.OutputSink = _ =>
        {
            while (lines.TryDequeue(out var waiting))
                waiting.TrySetResult();
        });
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        var clerkSync = builder.Services.AddClerkSync();
        _ = database.Kind == DatabaseKind.Sqlite ? clerkSync.UseSqlite(database.ConnectionString) : clerkSync.UsePostgreSql(database.ConnectionString);
        handlers(clerkSync);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host, lines);
    }

    public Task ReceiveAsync(string id) => ReceiveAsync(id, Bodies.User("user.created", $"user_{id}", 0));

    public async Task ReceiveAsync(string id, byte[] body) => await _host.Services.GetRequiredService<DeliveryReceiver>().ReceiveAsync(
        new VerifiedDelivery(id, Bodies.Start / 1000, body, 0), TestContext.Current.CancellationToken);

    /// <summary>The line with this text, written before or after the call.</summary>
    public Task<FakeLogRecord> LoggedAsync(string text) => LoggedAsync(r => r.Message.Contains(text, StringComparison.Ordinal));

    /// <summary>The first line that fits, written before or after the call.</summary>
    public async Task<FakeLogRecord> LoggedAsync(Func<FakeLogRecord, bool> fits)
    {
        while (true)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _lines.Enqueue(next);
            if (Log.GetSnapshot().FirstOrDefault(fits) is { } line)
                return line;
            await next.Task.WithinLimitAsync("a certain line of the log");
        }
    }

    public async Task StopAsync()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        await _host.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
