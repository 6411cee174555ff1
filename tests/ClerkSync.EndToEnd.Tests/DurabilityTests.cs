using System.Net;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>A 2xx was durable: the server process is killed at any moment, and every acknowledged message is there.</summary>
public abstract class DurabilityTests(DatabaseKind kind, PostgresServer postgres)
{
    private const int Kills = 4;
    private const int Connections = 24;

    [Fact]
    public async Task What_was_acknowledged_is_there_after_the_server_was_killed_again_and_again()
    {
        var population = Population.Create(users: 300, updates: 6);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ServerProcess.StartAsync(database);
        using var client = new DeliveryClient(server.Secret);
        var load = new Load(client, population.Shuffled(seed: 20260730), () => server.Webhook);
        Task[] moments = [.. Enumerable.Range(1, Kills).Select(i => load.AcknowledgedAsync(population.Messages.Count * i / (Kills + 2)))];

        var running = load.RunAsync(Connections);
        foreach (var moment in moments)
        {
            await moment;

            // Not paused before it is dead: it dies with requests in its hands.
            var killing = server.KillAsync();
            load.Pause();
            await killing;
            await server.StartAsync();
            load.Resume();
        }

        await running;
        await server.KillAsync();
        var acknowledged = load.Acknowledged.Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(await MirrorCheck.LostAsync(database, population.Messages.Where(m => acknowledged.Contains(m.Message.Id))));

        await server.StartAsync();
        var again = new Load(client, [.. load.Unacknowledged], () => server.Webhook);
        await again.RunAsync(Connections);
        Assert.All(again.Answers.Values, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Empty(await MirrorCheck.DifferencesAsync(database, population.Messages, postgres));
        Assert.Equal(0, await server.StopAsync());
        TestContext.Current.SendDiagnosticMessage($"{acknowledged.Count} acknowledged, {again.Answers.Count} sent again.");
    }
}

public sealed class SqliteDurabilityTests(PostgresServer postgres) : DurabilityTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlDurabilityTests(PostgresServer postgres) : DurabilityTests(DatabaseKind.PostgreSql, postgres);
