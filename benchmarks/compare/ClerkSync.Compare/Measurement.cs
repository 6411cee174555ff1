using System.Diagnostics;
using System.Globalization;

namespace ClerkSync.Compare;

/// <summary>What one contender did under one load.</summary>
/// <param name="PerSecond">Deliveries a second, until the last row is there.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="ServerCpu">CPU seconds of the server for 1,000 deliveries, workers and queues included; NaN where there is none.</param>
/// <param name="DatabaseCpu">CPU seconds of the database for 1,000 deliveries.</param>
/// <param name="PeakMemory">Most memory of the server so far, in MiB.</param>
/// <param name="LogBytes">Bytes of write-ahead log for one delivery; for SQLite bytes handed to the disk.</param>
/// <param name="Refused">Answers of 400 and above for 1,000 deliveries.</param>
internal sealed record Figures(double PerSecond, double P50, double P99, double ServerCpu, double DatabaseCpu, double PeakMemory, double LogBytes, double Refused = 0)
{
    public double Cpu => ServerCpu + DatabaseCpu;
}

/// <summary>The load.</summary>
/// <param name="Name">As in the table.</param>
/// <param name="Connections">Deliveries at once.</param>
/// <param name="IsMix">All samples instead of <c>user.updated</c> only.</param>
internal sealed record Scenario(string Name, int Connections, bool IsMix)
{
    public static readonly IReadOnlyList<Scenario> All = [new("256 connections", 256, false), new("32 connections", 32, false), new("all samples, 256 connections", 256, true)];
}

/// <summary>Measures one contender after the other on a fresh database each.</summary>
internal sealed class Measurement(PostgresCluster postgres, RedisServer redis, Workload workload, int seconds, string? during)
{
    /// <summary>More than any contender takes a second; the limits begin anew.</summary>
    public const int MostPerSecond = 30_000;

    /// <summary>In memory, so that reading requests costs the disk nothing.</summary>
    private readonly string _file = Path.Combine("/dev/shm", string.Create(CultureInfo.InvariantCulture, $"clerksync-compare-{Environment.ProcessId}"));

    public async Task<IReadOnlyDictionary<Scenario, Figures>> MeasureAsync(Contender contender, IReadOnlyList<Scenario> scenarios)
    {
        var folder = Directory.CreateTempSubdirectory("clerksync-compare-").FullName;
        try
        {
            var database = contender.Storage == Storage.Sqlite ? $"sqlite:{folder}/clerksync.db" : await postgres.CreateDatabaseAsync();
            await using var running = await RunningContender.StartAsync(contender, database, workload.Secret.Reveal(), redis.Url);
            await FillAsync(running);
            await SettleAsync(contender);
            if (contender.IsBatch)
            {
                await running.StopAsync();
                return await BatchesAsync(database, scenarios);
            }

            var first = Workload.Users;
            var figures = new Dictionary<Scenario, Figures>();
            foreach (var scenario in scenarios)
            {
                var count = MostPerSecond * seconds;
                figures.Add(scenario, await MeasureAsync(contender, running, scenario, first, count));
                first += count;
            }

            return figures;
        }
        finally
        {
            File.Delete(_file);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Batches of half the connections, the most that a transaction takes of such a crowd; on average they are smaller.</summary>
    private async Task<IReadOnlyDictionary<Scenario, Figures>> BatchesAsync(string database, IReadOnlyList<Scenario> scenarios)
    {
        var limit = new BatchLimit(postgres, workload, database, seconds);
        var first = Workload.Users;
        var figures = new Dictionary<Scenario, Figures>();
        foreach (var scenario in scenarios.Where(s => !s.IsMix))
        {
            figures.Add(scenario, await limit.MeasureAsync(scenario.Connections / 2, first));
            first += BatchLimit.States * Workload.Users;
        }

        return figures;
    }

    private async Task<Figures> MeasureAsync(Contender contender, RunningContender running, Scenario scenario, int first, int count)
    {
        workload.Write(_file, running.Url, first, count, scenario.IsMix ? workload.Mix() : workload.UserUpdated);
        var use = await UseAsync(contender, running);
        using var beside = during is null ? null : Process.Start("/bin/sh", ["-c", during, "sh", running.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        var load = await Load.RunAsync(running.Url.AbsoluteUri, _file, scenario.Connections, seconds);
        var clock = Stopwatch.StartNew();
        await SettleAsync(contender);
        var after = await UseAsync(contender, running);
        if (load.Failed > 0 || (load.Refused > 0 && !contender.MayRefuse))
            throw new InvalidOperationException($"{contender.Key}, {scenario.Name}: {load.Failed} requests failed, {load.Refused} were refused, of {load.Requests}.");
        if (load.Repeated > 0 && !contender.MayRepeat)
            throw new InvalidOperationException($"{contender.Key}, {scenario.Name}: the prepared deliveries did not last.");
        var thousands = load.Requests / 1000.0;
        return new(
            load.Requests / ((load.Duration / 1e6) + clock.Elapsed.TotalSeconds),
            load.P50 / 1000.0,
            load.P99 / 1000.0,
            (after.Server - use.Server) / thousands,
            (after.Database - use.Database) / thousands,
            running.PeakMemory,
            (after.Log - use.Log) / (double)load.Requests,
            load.Refused / thousands);
    }

    /// <summary>Every user is there before anything is measured, and every program is warm.</summary>
    private Task FillAsync(RunningContender running) => workload.DeliverAsync(running.Url, Enumerable.Range(0, Workload.Users), workload.UserCreated);

    /// <summary>Waits until what was answered has also been done.</summary>
    private Task SettleAsync(Contender contender) => contender.Worker is null ? Task.CompletedTask : redis.DrainedAsync();

    private async Task<(double Server, double Database, long Log)> UseAsync(Contender contender, RunningContender running)
    {
        var log = contender.Storage == Storage.Sqlite ? ProcessUse.WrittenBytes(running.ProcessId) : await postgres.WalAsync();
        return (
            running.CpuSeconds + (contender.Worker is null ? 0 : ProcessUse.CpuSeconds(redis.ProcessId)),
            contender.Storage == Storage.PostgreSql ? ProcessUse.CpuSeconds(postgres.ProcessId) : 0,
            log);
    }
}
