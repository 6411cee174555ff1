using System.Diagnostics;
using System.Globalization;
using ClerkSync.Handlers;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Benchmarks;

/// <summary>
/// A handler that does next to nothing, on one event of each of many users: how many runs a second are worked on, each claimed, recorded and removed from its line, beside the same
/// handler called directly with the same bodies. It runs once.
/// </summary>
internal static class HandlerMeasurement
{
    public static async Task RunAsync(int users)
    {
        var handled = 0;
        var services = new ServiceCollection();
        services.AddSingleton(HandlerRegistration.Catalogue);
        new ClerkSyncBuilder(services).AddHandler(
            h => (h.Name, h.MaxConcurrency) = ("measured", 16),
            (_, _, _) =>
            {
                Interlocked.Increment(ref handled);
                return Task.CompletedTask;
            });
        await using var provider = services.BuildServiceProvider();
        byte[][] bodies = [.. Enumerable.Range(0, users).Select(Body)];
        Console.WriteLine($"called directly: {Rate(users, await DirectAsync(provider, bodies))} runs a second");
        foreach (var name in BenchmarkDatabase.Names)
        {
            handled = 0;
            await MeasureAsync(name, provider, bodies);
            if (handled != users)
                throw new InvalidOperationException($"{handled} of {users} runs were worked on.");
        }
    }

    private static async Task<TimeSpan> DirectAsync(ServiceProvider provider, byte[][] bodies)
    {
        var handler = provider.GetRequiredService<HandlerCatalogue>().All[0];
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < bodies.Length; i++)
        {
            var run = new ClaimedRun { Sequence = i, Line = "", Fence = 0, Handler = handler.Name, MessageId = "msg", EventType = "user.created", Attempts = 1, StartedAt = 0, Payload = bodies[i] };
            await handler.Work(new(run, bodies[i], provider), CancellationToken.None);
        }

        return clock.Elapsed;
    }

    private static async Task MeasureAsync(string name, ServiceProvider provider, byte[][] bodies)
    {
        await using var database = await BenchmarkDatabase.OpenAsync(name);
        var catalogue = provider.GetRequiredService<HandlerCatalogue>();
        await ReceiveAsync(database.Opened, catalogue, TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture), bodies);
        await using var dispatcher = new HandlerDispatcher(
            catalogue, database.Opened, provider.GetRequiredService<IServiceScopeFactory>(), PayloadSeal.None, new(), new(), TimeProvider.System, NullLogger<HandlerDispatcher>.Instance);
        var clock = Stopwatch.StartNew();
        await dispatcher.WorkDueAsync(CancellationToken.None);
        Console.WriteLine($"{name}: {Rate(bodies.Length, clock.Elapsed)} runs a second");
    }

    private static async Task ReceiveAsync(ClerkSyncDatabase database, HandlerCatalogue catalogue, string prefix, byte[][] bodies)
    {
        var applier = new MessageApplier(database, new(), new RunRecorder(database.Dialect, catalogue), PayloadSeal.None, TimeProvider.System);
        await using var receiver = new DeliveryReceiver(database, applier, new(), TimeProvider.System, NullLogger<DeliveryReceiver>.Instance);
        await Parallel.ForEachAsync(Enumerable.Range(0, bodies.Length), new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (i, cancellationToken) =>
        {
            var outcome = await receiver.ReceiveAsync(new VerifiedDelivery($"msg_{prefix}_{i}", 1_785_400_000, bodies[i], 0), cancellationToken);
            if (!outcome.IsDurable)
                throw new InvalidOperationException(outcome.ToString());
        });
    }

    private static byte[] Body(int number) => Samples.WithOtherIds(Samples.Read("user.created"), number);

    private static string Rate(int count, TimeSpan time) => (count / time.TotalSeconds).ToString("N0", CultureInfo.InvariantCulture);
}
