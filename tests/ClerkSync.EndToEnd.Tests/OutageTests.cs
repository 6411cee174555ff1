using System.Net;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>PostgreSQL goes away and comes back, and the server stays.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const int Connections = 24;

    private readonly PostgresServer _postgres = new() { IsDurable = true };

    public ValueTask InitializeAsync() => _postgres.InitializeAsync();

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task Without_the_database_deliveries_are_answered_503_and_afterwards_they_are_taken()
    {
        var population = Population.Create(users: 4, updates: 2);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, _postgres);
        await using var server = await ServerProcess.StartAsync(database);
        using var client = new DeliveryClient(server.Secret);
        var messages = population.Messages.Select(m => m.Message).ToArray();
        Assert.True((await client.SendAsync(server.Webhook, messages[0])).IsAcknowledged);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(server.Ready)).Status);

        await _postgres.StopAsync("fast");
        var without = new Load(client, messages, () => server.Webhook);
        await without.RunAsync(Connections);
        Assert.All(without.Answers.Values, a => a.AssertUnavailable("database_unavailable"));
        var (status, problems) = await client.GetAsync(server.Ready);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("database_unavailable", problems, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(server.Live)).Status);

        await _postgres.StartAsync();
        await Deadline.UntilAsync("the server is ready again", async () => (await client.GetAsync(server.Ready)).Status == HttpStatusCode.OK);
        var again = new Load(client, messages, () => server.Webhook);
        await again.RunAsync(Connections);
        Assert.All(again.Answers.Values, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Empty(await MirrorCheck.DifferencesAsync(database, population.Messages, _postgres));
    }
}
