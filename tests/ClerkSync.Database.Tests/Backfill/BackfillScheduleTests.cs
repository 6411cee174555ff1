using System.Globalization;
using System.Security.Cryptography;
using ClerkSync.Database.Tests.Convergence;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>
/// Objects are added, changed and deleted while a backfill pages, and their events arrive in any order: at the end nothing is missing and nothing has come back.
/// <c>CLERKSYNC_SEED</c> and <c>CLERKSYNC_SCHEDULES</c> repeat a run.
/// </summary>
public sealed class BackfillScheduleTests(PostgresServer postgres, ITestOutputHelper output)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Nothing_is_missed_and_nothing_comes_back(DatabaseKind kind)
    {
        var seed = Setting("CLERKSYNC_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000_000);
        var count = Setting("CLERKSYNC_SCHEDULES") ?? (Environment.GetEnvironmentVariable("CI") == "true" ? 500 : 60);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLERKSYNC_SEED={seed} CLERKSYNC_SCHEDULES={count}"));
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        for (var i = 0; i < count; i++)
        {
            var differences = await RunAsync(world, seed + i);
            Assert.True(differences.Count == 0, $"CLERKSYNC_SEED={seed + i} CLERKSYNC_SCHEDULES=1:\n{string.Join('\n', differences)}");
        }
    }

    private static async Task<IReadOnlyList<string>> RunAsync(SyncWorld world, int seed)
    {
        var random = new Random(seed);
        world.Clerk.Reset();
        await MirrorSnapshot.ClearAsync(world.Engine.Database);
        await world.Engine.ExecuteAsync("DELETE FROM {{checkpoints}} WHERE name LIKE 'backfill%'");
        var life = new RandomLife(world.Clerk, random);
        for (var i = random.Next(40); i > 0; i--)
            life.Step();

        // The endpoint is new: what happened before was never sent.
        var sent = world.Clerk.Messages.Count;
        world.OnRequest = _ =>
        {
            world.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(1500)));
            for (var i = random.Next(4); i > 0; i--)
                life.Step();
        };
        using var ended = new CancellationTokenSource();
        var deliveries = DeliverAsync(world, sent, new(seed), ended.Token);
        var report = await world.BackfillAsync(pageSize: random.Next(2, 7));
        world.OnRequest = static _ => { };
        await ended.CancelAsync();
        await deliveries;
        return
        [
            .. report.Tables.Where(t => t.Failure is not null || t.Gap is not null).Select(t => $"{t.Table}: {t.Failure} {t.Gap}"),
            .. await DifferencesAsync(world),
        ];
    }

    /// <summary>Takes what there is, in any order and some of it twice, until the backfill has ended; then all the rest.</summary>
    private static async Task DeliverAsync(SyncWorld world, int first, Random random, CancellationToken ended)
    {
        var taken = first;
        var waiting = new List<ClerkSync.Emulator.EmulatedMessage>();
        while (true)
        {
            var isLast = ended.IsCancellationRequested;
            var messages = world.Clerk.Messages;
            waiting.AddRange(messages.Skip(taken));
            taken = messages.Count;
            var some = waiting.Where(_ => isLast || random.Next(3) == 0).ToArray();
            random.Shuffle(some);
            await Task.WhenAll(some.SelectMany(m => Enumerable.Repeat(m, random.Next(4) == 0 ? 2 : 1)).Select(async m =>
            {
                var outcome = await world.Engine.ReceiveAsync(m.Id, m.Body);

                // The clock jumps while a delivery waits; whoever was told to come again does.
                while (outcome.Result == ReceiveResult.DatabaseUnavailable)
                    outcome = await world.Engine.ReceiveAsync(m.Id, m.Body);
                Assert.True(outcome.IsDurable && outcome.Result is not (ReceiveResult.Deferred or ReceiveResult.Ignored or ReceiveResult.Unreadable), $"{m.Text}: {outcome}");
            }));
            waiting.RemoveAll(some.Contains);
            if (isLast)
                return;
            await Task.Yield();
        }
    }

    private static async Task<IEnumerable<string>> DifferencesAsync(SyncWorld world)
    {
        var clerk = world.Clerk;
        string[] expected =
        [
            .. clerk.Users.List().Select(u => $"users {u.Id} {u.FirstName} {u.UpdatedAt?.ToUnixTimeMilliseconds()}"),
            .. clerk.Organizations.List().Select(o => $"organizations {o.Id} {o.Name} {o.UpdatedAt?.ToUnixTimeMilliseconds()}"),
            .. clerk.Memberships.List().Select(m => $"organization_memberships {m.Id} {m.Role} {m.UpdatedAt?.ToUnixTimeMilliseconds()}"),
        ];
        var rows = new List<string>();
        foreach (var (table, column) in new[] { ("users", "first_name"), ("organizations", "name"), ("organization_memberships", "role") })
        {
            rows.AddRange((await world.Engine.QueryAsync($"SELECT id, {column}, updated_at FROM {{{table}}} WHERE deleted_at IS NULL"))
                .Select(r => $"{table} {r[0]} {r[1]} {r[2]}"));
        }

        return [.. rows.Except(expected, StringComparer.Ordinal).Select(r => $"is: {r}"), .. expected.Except(rows, StringComparer.Ordinal).Select(r => $"should be: {r}")];
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
