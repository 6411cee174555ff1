using System.Globalization;
using System.Text;

namespace ClerkSync.Compare;

/// <summary>Medians over the rounds, as tables for people, and what the goals look at.</summary>
internal static class Report
{
    public static string Table(Scenario scenario, IReadOnlyList<Contender> contenders, IReadOnlyList<IReadOnlyDictionary<(string Key, Scenario Scenario), Figures>> rounds)
    {
        var medians = contenders.Where(c => rounds.Any(r => r.ContainsKey((c.Key, scenario)))).ToDictionary(
            c => c, c => Median([.. rounds.Select(r => r.GetValueOrDefault((c.Key, scenario))).OfType<Figures>()]));
        var baseline = medians.FirstOrDefault(m => m.Key.Key == "A").Value;
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"### {scenario.Name}\n\n")
            .Append("| | | keeps | deliveries/s | beside A | p50 ms | p99 ms | CPU s / 1,000: server | database | peak MiB | log bytes each | refused / 1,000 |\n")
            .Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var (contender, m) in medians)
        {
            var ratio = baseline is null ? "" : Number(m.PerSecond / baseline.PerSecond, 1);
            text.Append(CultureInfo.InvariantCulture, $"| {contender.Key} | {contender.Name} | {contender.Stores} | {Number(m.PerSecond, 0)} | {ratio} | {Number(m.P50, 1)} | {Number(m.P99, 1)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Number(m.ServerCpu, 3)} | {Number(m.DatabaseCpu, 3)} | {Number(m.PeakMemory, 0)} | {Number(m.LogBytes, 0)} | {Number(m.Refused, 1)} |\n");
        }

        return text.ToString();
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public static string Number(double value, int digits) => double.IsNaN(value) ? "–" : value.ToString($"N{digits}", CultureInfo.InvariantCulture);

    private static Figures Median(IReadOnlyList<Figures> all) => new(
        Median(all.Select(f => f.PerSecond)),
        Median(all.Select(f => f.P50)),
        Median(all.Select(f => f.P99)),
        Median(all.Select(f => f.ServerCpu)),
        Median(all.Select(f => f.DatabaseCpu)),
        Median(all.Select(f => f.PeakMemory)),
        Median(all.Select(f => f.LogBytes)),
        Median(all.Select(f => f.Refused)));
}
