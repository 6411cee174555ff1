using System.CommandLine;
using System.Globalization;
using System.Text;

namespace ClerkSync.Compare;

/// <summary><c>growth</c>: what the load comes to on databases that are used for long.</summary>
internal sealed class GrowthCommand
{
    private readonly Option<string> _messages = new("--messages") { Description = "How many messages the inbox holds, one size after the other.", DefaultValueFactory = _ => "0,10000,1000000,10000000" };
    private readonly Option<int> _users = new("--users") { Description = "Users in the mirror at every size but the first, which has 20,000.", DefaultValueFactory = _ => 1_000_000 };
    private readonly Option<int> _seconds = new("--seconds") { Description = "How long each load lasts.", DefaultValueFactory = _ => 8 };
    private readonly Option<bool> _allUsers = new("--all-users") { Description = "Deliveries change all users instead of the same 20,000 at every size." };
    private readonly Option<bool> _cleaning = new("--cleaning") { Description = "Measures the largest size also while rows are cleaned, and the removal of a day from a partitioned inbox." };
    private readonly Option<int> _partitioned = new("--partitioned") { Description = "Messages of the inbox that is partitioned to compare.", DefaultValueFactory = _ => 1_000_000 };

    private GrowthCommand()
    {
    }

    public static Command Create()
    {
        var options = new GrowthCommand();
        var command = new Command("growth", "Measures the load of 256 connections on PostgreSQL with inboxes of several sizes.")
        {
            options._messages, options._users, options._seconds, options._allUsers, options._cleaning, options._partitioned,
        };
        command.SetAction((parsed, _) => options.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        int[] sizes = [.. parsed.GetValue(_messages)!.Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
        var isCleaning = parsed.GetValue(_cleaning);
        var users = Math.Max(parsed.GetValue(_users), Workload.Users);
        if (!DiskSpace.Suffices(Math.Max(sizes.Max(), isCleaning ? 2 * parsed.GetValue(_partitioned) : 0), users))
            return 1;
        await using var postgres = new PostgresCluster(moreSettings: null);
        await postgres.StartAsync();
        var measurement = new GrowthMeasurement(postgres, Workload.OfRepository(), parsed.GetValue(_seconds), parsed.GetValue(_allUsers));
        var steps = new List<(GrownDatabase Database, LoadResult Load)>();
        for (var i = 0; i < sizes.Length; i++)
        {
            var database = await measurement.FillAsync(sizes[i], i == 0 && sizes.Length > 1 ? Workload.Users : users);
            steps.Add((database, await measurement.LoadAsync(database, GrowthMeasurement.Serve)));
            Console.Error.WriteLine($"{database}: {steps[^1].Load}");
        }

        Console.WriteLine(Table(steps));
        if (isCleaning)
        {
            Console.WriteLine(await new CleaningMeasurement(measurement).MeasureAsync(steps[^1].Database));
            Console.WriteLine(await new PartitionMeasurement(postgres, measurement).MeasureAsync(parsed.GetValue(_partitioned)));
        }

        return 0;
    }

    private static string Table(IReadOnlyList<(GrownDatabase Database, LoadResult Load)> steps)
    {
        var text = new StringBuilder("| messages | users | database GiB | deliveries/s | beside the first | p50 ms | p99 ms |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var (database, load) in steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Report.Number(database.Messages, 0)} | {Report.Number(database.Users, 0)} | {Report.Number(database.Bytes / (double)(1 << 30), 1)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Report.Number(load.PerSecond, 0)} | {Report.Number(load.PerSecond / steps[0].Load.PerSecond, 2)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Report.Number(load.P50 / 1000.0, 1)} | {Report.Number(load.P99 / 1000.0, 1)} |\n");
        }

        return text.ToString();
    }
}
