using System.Diagnostics;
using System.Globalization;
using ClerkSync.Inbox;

namespace ClerkSync.Compare;

/// <summary>A database that was filled.</summary>
/// <param name="Url">Where.</param>
/// <param name="Messages">In the inbox, before any load.</param>
/// <param name="Users">In the mirror.</param>
/// <param name="Bytes">On disk, indexes included, before any load.</param>
internal sealed record GrownDatabase(string Url, int Messages, int Users, long Bytes);

/// <summary>Fills databases, and loads them through <c>clerksync serve</c>.</summary>
internal sealed class GrowthMeasurement(PostgresCluster postgres, Workload workload, int seconds, bool allUsers)
{
    private const int Connections = 256;

    private const int WarmUpSeconds = 3;

    /// <summary>For the requests' own text: which port they go to is known later.</summary>
    private static readonly Uri s_anyPort = new("http://127.0.0.1/api/webhooks/clerk");

    private readonly string _file = Path.Combine("/dev/shm", string.Create(CultureInfo.InvariantCulture, $"clerksync-growth-{Environment.ProcessId}"));

    /// <summary>Numbers make message ids and versions: none comes twice, and each is newer than all before.</summary>
    private int _next = Workload.Users;

    public static Contender Serve => Contender.All(Repository.Folder).First(c => c.Key == "E");

    /// <summary>A new database with so many rows. What is not filled in is as the program itself makes it.</summary>
    public async Task<GrownDatabase> FillAsync(int messages, int users)
    {
        var url = await postgres.CreateDatabaseAsync();
        await using (var running = await RunningContender.StartAsync(Serve, url, workload.Secret.Reveal()))
        {
            await workload.DeliverAsync(running.Url, [0], workload.UserUpdated);
            await running.StopAsync();
        }

        var rows = new GrownRows(url);
        await rows.AddUsersAsync(users);
        await rows.AddMessagesAsync(messages, users);
        await rows.SettleAsync();
        await CleanOnceAsync(url);
        var bytes = (long)(await PostgresCluster.ScalarAsync(url, "SELECT pg_database_size(current_database())"))!;
        return new(url, messages, users, bytes);
    }

    /// <summary>Starts the program, warms it up and measures.</summary>
    /// <param name="database">Where.</param>
    /// <param name="serve">The program and its settings.</param>
    /// <param name="aroundLoad">Called right before and right after what is measured.</param>
    public async Task<LoadResult> LoadAsync(GrownDatabase database, Contender serve, Func<Task>? aroundLoad = null)
    {
        try
        {
            // Signed before the start: what the program does at its start is not to be over when the load comes.
            Write($"{_file}-warm-up", database, WarmUpSeconds);
            Write(_file, database, seconds);
            await PostgresCluster.ExecuteAsync(database.Url, "CHECKPOINT");
            await using var running = await RunningContender.StartAsync(serve, database.Url, workload.Secret.Reveal());
            await DeliverAsync($"{_file}-warm-up", running, WarmUpSeconds);
            await (aroundLoad?.Invoke() ?? Task.CompletedTask);
            var load = await DeliverAsync(_file, running, seconds);
            await (aroundLoad?.Invoke() ?? Task.CompletedTask);
            await running.StopAsync();
            return load;
        }
        finally
        {
            File.Delete($"{_file}-warm-up");
            File.Delete(_file);
        }
    }

    /// <summary>
    /// The first cleaning reads every message for the types of events; later ones read only what is new. A database that has grown by itself has had
    /// thousands of them.
    /// </summary>
    private async Task CleanOnceAsync(string url)
    {
        var clock = Stopwatch.StartNew();
        await using var running = await RunningContender.StartAsync(Serve, url, workload.Secret.Reveal());
        const string HasRead =
            $"SELECT EXISTS (SELECT 1 FROM clerksync.checkpoints WHERE name = '{ArrivedTypes.Checkpoint}' AND split_part(value, E'\n', 1)::bigint >= (SELECT max(sequence) FROM {GrownRows.Messages}))";
        while (!(bool)(await PostgresCluster.ScalarAsync(url, HasRead))!)
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        Console.Error.WriteLine($"The first cleaning was through {Report.Number(clock.Elapsed.TotalSeconds, 1)} s after the start.");
        await running.StopAsync();
    }

    private void Write(string file, GrownDatabase database, int duration)
    {
        var count = Measurement.MostPerSecond * duration;
        var users = allUsers ? database.Users : Workload.Users;
        workload.Write(file, s_anyPort, _next, count, number => workload.UserUpdated(number, users));
        _next += count;
    }

    private static async Task<LoadResult> DeliverAsync(string file, RunningContender running, int duration)
    {
        var load = await Load.RunAsync(running.Url.AbsoluteUri, file, Connections, duration);
        if (load.Failed + load.Refused + load.Repeated > 0)
            throw new InvalidOperationException($"{load.Failed} requests failed, {load.Refused} were refused, of {load.Requests}; the prepared deliveries came to their end {load.Repeated} times.");
        return load;
    }
}
