using ClerkSync.Database.Tests.Convergence;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Receiving;

/// <summary>Two servers behind a load balancer that sends everything to both, each in an order of its own.</summary>
public sealed class TwoServersTests(PostgresServer postgres)
{
    private const int Histories = 125;
    private const int InFlight = 64;

    [Fact]
    public async Task Two_servers_that_receive_the_same_load_at_once_lose_nothing_and_double_nothing()
    {
        History[] histories = [.. Enumerable.Range(7_000, Histories).Select(HistoryGenerator.Generate).Select(h => h with { Prefix = 0, Absences = [] })];
        HistoryMessage[] messages = [.. histories.SelectMany(h => h.Messages)];
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        var options = new ReceivingOptions { InstanceId = HistoryGenerator.Instance, CommitTimeout = TimeSpan.FromMinutes(1) };
        await using var first = await Engine.StartAsync(database, options);
        await using var second = await Engine.StartAsync(database, options);

        var outcomes = await Task.WhenAll(DeliverAsync(first, messages, 1), DeliverAsync(second, messages, 2));

        Assert.InRange(messages.Length, 2_500, 4_000);
        foreach (var both in outcomes.SelectMany(o => o).GroupBy(o => o.Id, o => o.Outcome, StringComparer.Ordinal))
        {
            Assert.All(both, o => Assert.True(o.IsDurable && o.Result != ReceiveResult.Deferred, $"{both.Key}: {o}"));
            var effects = both.Count(o => o.Result is not (ReceiveResult.Duplicate or ReceiveResult.Ignored or ReceiveResult.Unreadable));
            Assert.True(effects == (both.All(o => o.Result is ReceiveResult.Ignored or ReceiveResult.Unreadable) ? 0 : 1), $"{both.Key}: {string.Join(", ", both)}");
        }

        var snapshot = await MirrorSnapshot.TakeAsync(first.Database);
        Assert.InRange(snapshot.Rows.Count, 500, 10_000);
        Assert.Empty(histories.SelectMany(h => snapshot.DifferencesFrom(new Oracle(h))));
        Assert.Equal(histories.Sum(h => new Oracle(h).Rows().Count()), snapshot.Rows.Count);
        Assert.Equal(messages.Length, snapshot.Inbox.Count);
        Assert.Equal("0", await first.ScalarAsync("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
    }

    private static async Task<List<(string Id, ReceiveOutcome Outcome)>> DeliverAsync(Engine engine, HistoryMessage[] messages, int seed)
    {
        var order = messages.ToArray();
        new Random(seed).Shuffle(order);
        var outcomes = new List<(string, ReceiveOutcome)>();
        foreach (var chunk in order.Chunk(InFlight))
        {
            var answers = await Task.WhenAll(chunk.Select(m => engine.ReceiveAsync(m.Id, m.Bytes)));
            outcomes.AddRange(chunk.Zip(answers, (m, a) => (m.Id, a)));
        }

        return outcomes;
    }
}
