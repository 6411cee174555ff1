using System.CommandLine;

namespace ClerkSync.Compare;

/// <summary>What the program does without a subcommand: every contender has its turn under each load.</summary>
internal sealed class ComparisonCommand
{
    private readonly Option<int> _rounds = new("--rounds") { Description = "How often each contender has its turn.", DefaultValueFactory = _ => 3 };
    private readonly Option<int> _seconds = new("--seconds") { Description = "How long each load lasts.", DefaultValueFactory = _ => 8 };
    private readonly Option<string?> _only = new("--only") { Description = "Some contenders only: their letters or names, with commas." };
    private readonly Option<int> _scenarios = new("--scenarios") { Description = "How many of the loads: 1 for 256 connections only.", DefaultValueFactory = _ => 3 };
    private readonly Option<string?> _during = new("--during") { Description = "A shell command to run beside each load, such as a profiler; $1 is the process id of the server." };
    private readonly Option<string?> _settings = new("--postgres-settings") { Description = "More settings of PostgreSQL, such as \"-c wal_compression=lz4\"." };

    private readonly Option<int?> _core = new("--database-core") { Description = "Runs PostgreSQL on this core. Start this program itself with \"taskset -c\" on the others." };

    private ComparisonCommand()
    {
    }

    public static RootCommand Create()
    {
        var options = new ComparisonCommand();
        var command = new RootCommand("Measures ClerkSync beside what people would use instead, in turn, on this machine.")
        {
            options._rounds, options._seconds, options._only, options._scenarios, options._during, options._settings, options._core,
        };
        command.SetAction((parsed, _) => options.RunAsync(parsed));
        return command;
    }

    private async Task RunAsync(ParseResult parsed)
    {
        string[]? wanted = parsed.GetValue(_only)?.Split(',');
        Contender[] contenders = [.. Contender.All(Repository.Folder).Where(c => wanted?.Contains(c.Key, StringComparer.OrdinalIgnoreCase) ?? true)];
        Scenario[] loads = [.. Scenario.All.Take(parsed.GetValue(_scenarios))];
        await using var postgres = new PostgresCluster(parsed.GetValue(_settings), parsed.GetValue(_core));
        await postgres.StartAsync();
        await using var redis = new RedisServer();
        var measurement = new Measurement(postgres, redis, Workload.OfRepository(), parsed.GetValue(_seconds), parsed.GetValue(_during));
        var all = new List<IReadOnlyDictionary<(string, Scenario), Figures>>();
        for (var round = 1; round <= parsed.GetValue(_rounds); round++)
        {
            var figures = new Dictionary<(string, Scenario), Figures>();
            all.Add(figures);
            foreach (var contender in contenders)
            {
                foreach (var (scenario, measured) in await measurement.MeasureAsync(contender, loads))
                {
                    figures.Add((contender.Key, scenario), measured);
                    Console.Error.WriteLine($"round {round}, {contender.Key}, {scenario.Name}: {measured}");
                }
            }
        }

        foreach (var scenario in loads)
            Console.WriteLine(Report.Table(scenario, contenders, all));
    }
}
