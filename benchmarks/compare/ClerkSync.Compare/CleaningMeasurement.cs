using System.Globalization;
using System.Text;

namespace ClerkSync.Compare;

/// <summary>
/// The same load with and without rows that are being cleaned beside it. What the filled rows are too old for is a matter of settings: with those of the
/// default nothing is, with a shorter retention the program begins to clean a second after its start.
/// </summary>
internal sealed class CleaningMeasurement(GrowthMeasurement measurement)
{
    /// <summary>Two thirds of the payloads become too old.</summary>
    private static readonly TimeSpan s_payloads = TimeSpan.FromDays(10);

    /// <summary>A third of the messages do.</summary>
    private static readonly TimeSpan s_messages = TimeSpan.FromDays(60);

    public async Task<string> MeasureAsync(GrownDatabase database)
    {
        (string Name, string? Setting, TimeSpan Retention, string? Old)[] steps =
        [
            ("nothing to clean", null, default, null),
            ("payloads are erased", "ClerkSync__Inbox__PayloadRetention", s_payloads, Older("payload IS NOT NULL", s_payloads)),
            ("nothing to clean, again", null, default, null),
            ("messages are removed", "ClerkSync__Inbox__MessageRetention", s_messages, Older("payload IS NULL", s_messages)),
            ("nothing to clean, again", null, default, null),
        ];
        var text = new StringBuilder($"Cleaning beside the load, {Report.Number(database.Messages, 0)} messages\n\n")
            .Append("| | deliveries/s | beside nothing to clean | p50 ms | p99 ms | cleaned during the load | left after it |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        double? baseline = null;
        foreach (var (name, setting, retention, old) in steps)
        {
            var left = new List<long>();
            var serve = setting is null ? GrowthMeasurement.Serve : GrowthMeasurement.Serve with { Settings = new Dictionary<string, string> { [setting] = retention.ToString("c", CultureInfo.InvariantCulture) } };
            var load = await measurement.LoadAsync(database, serve, async () => left.Add(old is null ? 0 : (long)(await PostgresCluster.ScalarAsync(database.Url, old))!));
            baseline ??= load.PerSecond;
            Console.Error.WriteLine($"{name}: {load}, {string.Join(" → ", left)}");
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {Report.Number(load.PerSecond, 0)} | {Report.Number(load.PerSecond / baseline.Value, 2)} | {Report.Number(load.P50 / 1000.0, 1)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Report.Number(load.P99 / 1000.0, 1)} | {Report.Number(left[0] - left[1], 0)} | {Report.Number(left[1], 0)}{(old is not null && left[1] == 0 ? " (it ended before the load did)" : "")} |\n");
        }

        return text.ToString();
    }

    private static string Older(string condition, TimeSpan retention) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM {GrownRows.Messages} WHERE {condition} AND received_at < now() - interval '{(long)retention.TotalSeconds} seconds'");
}
