using System.Collections.Concurrent;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Mirror;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>Two databases of one kind: one takes histories in order, the other the same in disorder through several servers.</summary>
internal sealed class ConvergenceRun : IAsyncDisposable
{
    private readonly TestDatabase[] _databases;
    private readonly Engine _inOrder;
    private readonly Engine[] _servers;

    private ConvergenceRun(TestDatabase[] databases, Engine inOrder, Engine[] servers) => (_databases, _inOrder, _servers) = (databases, inOrder, servers);

    public static async Task<ConvergenceRun> StartAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var first = await TestDatabase.CreateAsync(kind, postgres);
        var second = await TestDatabase.CreateAsync(kind, postgres);
        var servers = new List<Engine>();
        foreach (var batch in new[] { 512, 512, 3, 17 })
            servers.Add(await Engine.StartAsync(second, Options(batch)));
        return new([first, second], await Engine.StartAsync(first, Options(512)), [.. servers]);
    }

    /// <summary>Carries all histories through both databases and compares.</summary>
    /// <returns>What differs; nothing when they converge.</returns>
    public async Task<IReadOnlyList<string>> CompareAsync(IReadOnlyList<History> histories, Random random)
    {
        await MirrorSnapshot.ClearAsync(_inOrder.Database);
        await MirrorSnapshot.ClearAsync(_servers[0].Database);
        foreach (var isPrefix in new[] { true, false })
        {
            HistoryMessage[] messages = [.. histories.SelectMany(h => isPrefix ? h.Messages.Take(h.Prefix) : h.Messages.Skip(h.Prefix))];
            await Task.WhenAll(DeliverInOrderAsync(messages), DeliverInDisorderAsync(messages, random));
            if (!isPrefix)
                continue;
            foreach (var absence in histories.SelectMany(h => h.Absences))
            {
                await MissAsync(_inOrder, absence);
                await MissAsync(_servers[0], absence);
            }
        }

        var expected = await MirrorSnapshot.TakeAsync(_inOrder.Database);
        var found = await MirrorSnapshot.TakeAsync(_servers[0].Database);
        var oracles = histories.Select(h => new Oracle(h)).ToArray();
        var foretold = oracles.Sum(o => o.Rows().Count());
        return
        [
            .. oracles.SelectMany(expected.DifferencesFrom).Select(d => "In order: " + d),
            .. foretold == expected.Rows.Count ? [] : new[] { $"In order: {expected.Rows.Count} rows, foretold {foretold}" },
            .. found.DifferencesFrom(expected).Select(d => "In disorder: " + d),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _inOrder.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
        foreach (var database in _databases)
            await database.DisposeAsync();
    }

    private static ReceivingOptions Options(int batch) =>
        new() { InstanceId = HistoryGenerator.Instance, BatchMessages = batch, CommitTimeout = TimeSpan.FromMinutes(1) };

    private async Task DeliverInOrderAsync(HistoryMessage[] messages)
    {
        foreach (var message in messages)
            Check(message, await _inOrder.ReceiveAsync(message.Id, message.Bytes));
    }

    /// <summary>Every message at least once, some twice or three times, in any order, to any of two to four servers, a few at a time.</summary>
    private async Task DeliverInDisorderAsync(HistoryMessage[] messages, Random random)
    {
        var deliveries = messages.SelectMany(m => Enumerable.Repeat(m, random.Next(10) switch { < 7 => 1, < 9 => 2, _ => 3 })).ToArray();
        random.Shuffle(deliveries);
        var servers = random.Next(2, _servers.Length + 1);
        var outcomes = new ConcurrentBag<(HistoryMessage Message, ReceiveOutcome Outcome)>();
        var work = deliveries.GroupBy(_ => random.Next(servers)).SelectMany(share =>
        {
            var queue = new ConcurrentQueue<HistoryMessage>(share);
            return Enumerable.Range(0, random.Next(1, 40)).Select(_ => DeliverAsync(_servers[share.Key], queue, outcomes));
        });
        await Task.WhenAll(work.ToArray());

        foreach (var group in outcomes.GroupBy(o => o.Message.Id, StringComparer.Ordinal))
        {
            foreach (var (message, outcome) in group)
                Check(message, outcome);
            var effects = group.Count(o => o.Outcome.Result is not (ReceiveResult.Duplicate or ReceiveResult.Ignored or ReceiveResult.Unreadable));
            Assert.True(effects <= 1, $"{group.Key} had its effect {effects} times");
        }
    }

    private static async Task DeliverAsync(Engine server, ConcurrentQueue<HistoryMessage> queue, ConcurrentBag<(HistoryMessage, ReceiveOutcome)> outcomes)
    {
        while (queue.TryDequeue(out var message))
            outcomes.Add((message, await server.ReceiveAsync(message.Id, message.Bytes)));
    }

    private static void Check(HistoryMessage message, ReceiveOutcome outcome) =>
        Assert.True(outcome.IsDurable && outcome.Result != ReceiveResult.Deferred, $"{message}: {outcome}");

    /// <summary>What the comparison with Clerk writes when an object is proved to be missing there.</summary>
    internal static Task MissAsync(Engine engine, Absence absence) => new ObjectWriter(engine.Database, engine.Marks, engine.Clock).WriteAsync(
        [[MirrorChange.Absence(MirrorTables.Named(absence.Table), absence.Id, absence.At)]], null, null, CancellationToken.None);
}
