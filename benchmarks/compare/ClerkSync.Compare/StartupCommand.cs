using System.CommandLine;
using System.Globalization;
using System.Text;

namespace ClerkSync.Compare;

/// <summary><c>startup</c>: how long a new process takes until it has answered a delivery, and what memory it keeps without load.</summary>
internal sealed class StartupCommand
{
    private readonly Option<int> _runs = new("--runs") { Description = "How often each program is started.", DefaultValueFactory = _ => 10 };
    private readonly Option<string?> _only = new("--only") { Description = "Some programs only: E, F, native, native-sqlite, with commas." };

    private StartupCommand()
    {
    }

    public static Command Create()
    {
        var options = new StartupCommand();
        var command = new Command("startup", "Measures from the start of the process to the first delivery that is answered 200, and memory without load.") { options._runs, options._only };
        command.SetAction((parsed, _) => options.RunAsync(parsed));
        return command;
    }

    private async Task RunAsync(ParseResult parsed)
    {
        string[]? wanted = parsed.GetValue(_only)?.Split(',');
        await using var postgres = new PostgresCluster(moreSettings: null);
        await postgres.StartAsync();
        var measurement = new StartupMeasurement(postgres, Workload.OfRepository());
        var table = new StringBuilder("| | | first answer, median ms | fastest | slowest | idle MiB | anonymous | files | shared |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var contender in Programs().Where(c => wanted?.Contains(c.Key, StringComparer.OrdinalIgnoreCase) ?? true))
        {
            var startup = await measurement.MeasureAsync(contender, parsed.GetValue(_runs));
            Console.Error.WriteLine($"{contender.Key}: {string.Join(' ', startup.Milliseconds.Select(m => Report.Number(m, 0)))} ms, {startup.Idle}");
            var idle = startup.Idle;
            table.Append(CultureInfo.InvariantCulture, $"| {contender.Key} | {contender.Name} | {Report.Number(Report.Median(startup.Milliseconds), 0)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Report.Number(startup.Milliseconds.Min(), 0)} | {Report.Number(startup.Milliseconds.Max(), 0)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Report.Number(idle.Resident, 1)} | {Report.Number(idle.Anonymous, 1)} | {Report.Number(idle.Files, 1)} | {Report.Number(idle.Shared, 1)} |\n");
        }

        Console.WriteLine(table);
    }

    private static IEnumerable<Contender> Programs()
    {
        foreach (var contender in Contender.All(Repository.Folder).Where(c => c.Key is "E" or "F" or "native"))
        {
            if (contender.Key == "native" && !File.Exists(contender.Command[0]))
            {
                Console.Error.WriteLine($"{contender.Command[0]} is missing; \"./build.sh native\" makes it. Only the other programs are measured.");
                continue;
            }

            yield return contender;
            if (contender.Key == "native")
                yield return contender with { Key = "native-sqlite", Name = "`clerksync serve` as a native executable, SQLite", Storage = Storage.Sqlite };
        }
    }
}
