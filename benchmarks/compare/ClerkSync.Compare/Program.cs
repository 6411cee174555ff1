using System.CommandLine;
using ClerkSync.Compare;

var rounds = new Option<int>("--rounds") { Description = "How often each contender has its turn.", DefaultValueFactory = _ => 3 };
var seconds = new Option<int>("--seconds") { Description = "How long each load lasts.", DefaultValueFactory = _ => 8 };
var only = new Option<string?>("--only") { Description = "Some contenders only: their letters or names, with commas." };
var scenarios = new Option<int>("--scenarios") { Description = "How many of the loads: 1 for 256 connections only.", DefaultValueFactory = _ => 3 };
var during = new Option<string?>("--during") { Description = "A shell command to run beside each load, such as a profiler; $1 is the process id of the server." };
var settings = new Option<string?>("--postgres-settings") { Description = "More settings of PostgreSQL, such as \"-c wal_compression=lz4\"." };
var command = new RootCommand("Measures ClerkSync beside what people would use instead, in turn, on this machine.") { rounds, seconds, only, scenarios, during, settings };
command.SetAction(async (parsed, _) =>
{
    var repository = Repository.Folder;
    string[]? wanted = parsed.GetValue(only)?.Split(',');
    Contender[] contenders = [.. Contender.All(repository).Where(c => wanted?.Contains(c.Key, StringComparer.OrdinalIgnoreCase) ?? true)];
    Scenario[] loads = [.. Scenario.All.Take(parsed.GetValue(scenarios))];
    await using var postgres = new PostgresCluster(parsed.GetValue(settings));
    await postgres.StartAsync();
    await using var redis = new RedisServer();
    var measurement = new Measurement(postgres, redis, new(Path.Combine(repository, "tests/Vectors/samples")), parsed.GetValue(seconds), parsed.GetValue(during));
    var all = new List<IReadOnlyDictionary<(string, Scenario), Figures>>();
    for (var round = 1; round <= parsed.GetValue(rounds); round++)
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
});
return await command.Parse(args).InvokeAsync();
