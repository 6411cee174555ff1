using System.Net;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>Several servers share one PostgreSQL database.</summary>
public sealed class TwoServersTests(PostgresServer postgres)
{
    private const int Connections = 16;

    [Fact]
    public async Task Two_servers_that_receive_everything_at_once_count_each_message_once_and_write_the_rows_of_one()
    {
        var population = Population.Create(users: 200, updates: 5);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var first = new ServerProcess(database.ConnectionString);
        await using var second = new ServerProcess(database.ConnectionString);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        using var firstClient = new DeliveryClient(first.Secret);
        using var secondClient = new DeliveryClient(second.Secret);
        Load[] loads =
        [
            new(firstClient, population.Shuffled(seed: 1), () => first.Webhook),
            new(secondClient, population.Shuffled(seed: 2), () => second.Webhook),
        ];
        await Task.WhenAll(loads.Select(l => l.RunAsync(Connections)));

        Assert.All(loads.SelectMany(l => l.Answers.Values), a => Assert.Equal(HttpStatusCode.OK, a.Status));
        foreach (var message in population.Messages)
        {
            var results = loads.Select(l => l.Answers[message.Message.Id].Result).ToArray();
            Assert.Single(results, r => r is "applied" or "unchanged" or "stale" or "deleted");
            Assert.Single(results, r => r == "duplicate");
        }

        Assert.Empty(await MirrorCheck.DifferencesAsync(database, population.Messages, postgres));
        Assert.DoesNotContain("40P01", first.Printed + second.Printed, StringComparison.Ordinal);
    }
}
