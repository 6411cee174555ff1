using System.Globalization;
using System.Security.Cryptography;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>
/// The same messages in any order, any number of times, through any number of servers give the same rows. The seed of the first history
/// is printed; <c>CLERKSYNC_SEED</c> sets it and <c>CLERKSYNC_HISTORIES</c> the number of histories, so <c>CLERKSYNC_SEED=… CLERKSYNC_HISTORIES=1</c>
/// repeats the one that failed.
/// </summary>
public sealed class ConvergenceTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int HistoriesAtOnce = 10;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Any_order_any_repetition_and_any_number_of_servers_give_the_same_rows(DatabaseKind kind)
    {
        var seed = Setting("CLERKSYNC_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000_000);
        var count = Setting("CLERKSYNC_HISTORIES") ?? (Environment.GetEnvironmentVariable("CI") == "true" ? 2000 : 200);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLERKSYNC_SEED={seed} CLERKSYNC_HISTORIES={count}"));

        await using var run = await ConvergenceRun.StartAsync(kind, postgres);
        for (var first = 0; first < count; first += HistoriesAtOnce)
        {
            History[] histories = [.. Enumerable.Range(seed + first, Math.Min(HistoriesAtOnce, count - first)).Select(HistoryGenerator.Generate)];
            if ((await run.CompareAsync(histories, new(seed + first))).Count > 0)
                await FailAsync(run, histories);
        }
    }

    /// <summary>Finds the history that does not converge, and says all about it.</summary>
    private static async Task FailAsync(ConvergenceRun run, History[] histories)
    {
        foreach (var history in histories)
        {
            if (await DifferencesAsync(run, history) is not [])
                Assert.Fail(await DescribeSmallestAsync(run, history));
        }

        Assert.Fail($"CLERKSYNC_SEED={histories[0].Seed} CLERKSYNC_HISTORIES={histories.Length} does not converge, but each history alone does.");
    }

    /// <summary>One order out of many may have been the trouble, so a history gets several.</summary>
    private static async Task<IReadOnlyList<string>> DifferencesAsync(ConvergenceRun run, History history)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (await run.CompareAsync([history], new(history.Seed + attempt)) is { Count: > 0 } differences)
                return differences;
        }

        return [];
    }

    /// <summary>Leaves out one message after the other as long as what remains does not converge.</summary>
    private static async Task<string> DescribeSmallestAsync(ConvergenceRun run, History history)
    {
        var seed = history.Seed;
        for (var i = history.Messages.Count - 1; i >= 0; i--)
        {
            var smaller = history with { Messages = [.. history.Messages.Where((_, at) => at != i)], Prefix = i < history.Prefix ? history.Prefix - 1 : history.Prefix };
            if (await DifferencesAsync(run, smaller) is not [])
                history = smaller;
        }

        var differences = await DifferencesAsync(run, history);
        return $"CLERKSYNC_SEED={seed} CLERKSYNC_HISTORIES=1 does not converge:\n{string.Join('\n', differences.Take(20))}\n{Describe(history)}";
    }

    private static string Describe(History history) =>
        $"Prefix {history.Prefix}, absences: {string.Join(", ", history.Absences)}\n{string.Join('\n', history.Messages)}";

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
