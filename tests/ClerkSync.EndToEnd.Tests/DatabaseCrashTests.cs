using System.Net;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>A 2xx was durable: PostgreSQL is killed under load, and every acknowledged message is there. The server stays.</summary>
public sealed class DatabaseCrashTests : IAsyncLifetime
{
    private const int Crashes = 3;
    private const int Connections = 24;

    private readonly PostgresServer _postgres = new() { IsDurable = true };

    public ValueTask InitializeAsync() => _postgres.InitializeAsync();

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task What_was_acknowledged_is_there_after_the_database_was_killed_again_and_again()
    {
        var population = Population.Create(users: 300, updates: 6);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, _postgres);
        await using var server = await ServerProcess.StartAsync(database);
        using var client = new DeliveryClient(server.Secret);
        var load = new Load(client, population.Shuffled(seed: 20260731), () => server.Webhook);
        Task[] moments = [.. Enumerable.Range(1, Crashes).Select(i => load.AcknowledgedAsync(population.Messages.Count * i / (Crashes + 2)))];

        var process = server.ProcessId;
        var running = load.RunAsync(Connections);
        foreach (var moment in moments)
        {
            await moment;
            await _postgres.StopAsync("immediate");
            await _postgres.StartAsync();
        }

        await running;
        await _postgres.StopAsync("immediate");
        await _postgres.StartAsync();
        var acknowledged = load.Acknowledged.Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(await MirrorCheck.LostAsync(database, population.Messages.Where(m => acknowledged.Contains(m.Message.Id))));
        Assert.All(load.Answers.Values.Where(a => !a.IsAcknowledged), a => a.AssertUnavailable("database_unavailable"));

        var again = new Load(client, [.. load.Unacknowledged], () => server.Webhook);
        await again.RunAsync(Connections);
        Assert.All(again.Answers.Values, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Empty(await MirrorCheck.DifferencesAsync(database, population.Messages, _postgres));
        Assert.Equal(process, server.ProcessId);
        Assert.Equal(0, await server.StopAsync());
    }
}
