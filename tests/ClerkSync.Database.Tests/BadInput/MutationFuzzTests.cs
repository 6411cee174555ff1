using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Mirror;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>
/// Randomly damaged samples through the real receiver, on both databases at once. The seed is printed; <c>CLERKSYNC_SEED</c> sets it and
/// <c>CLERKSYNC_FUZZ_CASES</c> the number of cases.
/// </summary>
public sealed partial class MutationFuzzTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int DefaultCases = 2_000;
    private const int AtOnce = 100;
    private const long Later = 1_900_000_000_000;

    [Fact]
    public async Task Damaged_deliveries_are_durable_hold_up_nothing_and_leave_the_same_rows_on_both_databases()
    {
        var seed = Setting("CLERKSYNC_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000_000);
        var cases = Setting("CLERKSYNC_FUZZ_CASES") ?? DefaultCases;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLERKSYNC_SEED={seed} CLERKSYNC_FUZZ_CASES={cases}"));

        var stored = await Task.WhenAll(RunAsync(DatabaseKind.Sqlite, seed, cases), RunAsync(DatabaseKind.PostgreSql, seed, cases));

        var differences = StoredRows.Differences(stored[0], stored[1]).Take(20).ToArray();
        Assert.True(differences.Length == 0, $"CLERKSYNC_SEED={seed}: SQLite and PostgreSQL differ:\n{string.Join('\n', differences)}");
    }

    private async Task<Dictionary<string, string?>> RunAsync(DatabaseKind kind, int seed, int cases)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, new() { InstanceId = UserBodies.Instance, CommitTimeout = TimeSpan.FromSeconds(60) });
        var results = new Dictionary<ReceiveResult, int>();
        for (var first = 0; first < cases; first += AtOnce)
        {
            int[] numbers = [.. Enumerable.Range(first, Math.Min(AtOnce, cases - first))];
            var bad = await DeliverAsync(engine, numbers, n => ($"msg_bad_{n}", Mutator.Mutate(seed, n)));
            foreach (var (number, outcome) in bad)
            {
                Assert.True(outcome.IsDurable && outcome.Result != ReceiveResult.Deferred, $"{Describe(kind, seed, number)}: {outcome}");
                results[outcome.Result] = results.GetValueOrDefault(outcome.Result) + 1;
            }

            foreach (var (number, outcome) in await DeliverAsync(engine, numbers, n => ($"msg_good_{n}", Good(n))))
                await AssertGoodAsync(engine, number, outcome, Describe(kind, seed, number));
        }

        output.WriteLine($"{kind}: {string.Join(", ", results.OrderBy(r => r.Key).Select(r => $"{r.Key} {r.Value}"))}");
        Assert.Equal((2 * cases).ToString(CultureInfo.InvariantCulture), await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}}"));
        return await StoredRows.ReadAsync(engine);
    }

    private static async Task<List<(int Number, ReceiveOutcome Outcome)>> DeliverAsync(Engine engine, int[] numbers, Func<int, (string Id, byte[] Body)> delivery)
    {
        // All are queued before the first is awaited, so they share transactions as under load.
        Task<ReceiveOutcome>[] receiving = [.. numbers.Select(delivery).Select(d => engine.ReceiveAsync(d.Id, d.Body))];
        var outcomes = await Task.WhenAll(receiving);
        return [.. numbers.Zip(outcomes)];
    }

    /// <summary>What came before may be newer or a deletion, if the damage made it so; nothing else holds up a good delivery.</summary>
    private static async Task AssertGoodAsync(Engine engine, int number, ReceiveOutcome outcome, string description)
    {
        var (name, text) = Mutator.Sample(number);
        var type = Samples.TypeOf(name);
        if (name is "user.created.dashboard-example" or "user.updated.other-instance")
            Assert.True(outcome.Result == ReceiveResult.Ignored, $"{description}: the good delivery is {outcome}");
        else if (MirrorTables.OfEvent(type) is not { } table)
            Assert.True(outcome.Result == ReceiveResult.Stored, $"{description}: the good delivery is {outcome}");
        else if (outcome.Result is ReceiveResult.Stale or ReceiveResult.Deleted)
        {
            using var sample = System.Text.Json.JsonDocument.Parse(text);
            var id = sample.RootElement.GetProperty("data").GetProperty("id").GetString();
            var row = Assert.Single(await engine.QueryAsync($"SELECT sync_version, deleted_at FROM {{{table.Name}}} WHERE id = '{id}'"));
            Assert.True(outcome.Result == ReceiveResult.Stale ? long.Parse(row[0]!, CultureInfo.InvariantCulture) >= Later : row[1] is not null, $"{description}: the good delivery is {outcome}");
        }
        else
            Assert.True(outcome.Result is ReceiveResult.Applied or ReceiveResult.Unchanged, $"{description}: the good delivery is {outcome}");
    }

    /// <summary>The undamaged sample, later than anything that is damaged within reason.</summary>
    private static byte[] Good(int number) =>
        Encoding.UTF8.GetBytes(Stamp().Replace(Mutator.Sample(number).Text, string.Create(CultureInfo.InvariantCulture, $"${{name}}{Later}")));

    private static string Describe(DatabaseKind kind, int seed, int number) =>
        $"{kind}, CLERKSYNC_SEED={seed}, case {number} ({Mutator.Sample(number).Name})\n{Encoding.UTF8.GetString(Mutator.Mutate(seed, number))}\n";

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    [GeneratedRegex("(?<name>\"(updated_at|timestamp)\":\\s*)[0-9]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Stamp();
}
