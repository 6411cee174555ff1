using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace ClerkSync.Compare;

/// <summary>What one program did at its starts.</summary>
/// <param name="Milliseconds">From each start to the first answer 200.</param>
/// <param name="Idle">Memory some time after another start, without a single delivery.</param>
internal sealed record Startup(IReadOnlyList<double> Milliseconds, MemoryParts Idle);

/// <summary>Starts a program again and again on a database that it knows.</summary>
internal sealed class StartupMeasurement(PostgresCluster postgres, Workload workload)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<Startup> MeasureAsync(Contender contender, int runs)
    {
        var folder = Directory.CreateTempSubdirectory("clerksync-compare-").FullName;
        try
        {
            var database = contender.Storage == Storage.Sqlite ? $"sqlite:{folder}/clerksync.db" : await postgres.CreateDatabaseAsync();

            // The first start makes the tables, and brings the program's files into memory; neither is counted.
            await FirstAnswerAsync(contender, database, 0);
            var milliseconds = new List<double>();
            for (var run = 1; run <= runs; run++)
                milliseconds.Add(await FirstAnswerAsync(contender, database, run));
            return new(milliseconds, await IdleAsync(contender, database));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<double> FirstAnswerAsync(Contender contender, string database, int number)
    {
        var clock = Stopwatch.StartNew();
        await using var running = RunningContender.Launch(contender, database, workload.Secret.Reveal());
        var request = workload.CreationOf(number, running.Url);
        while (!await IsTakenAsync(running.Url, request))
        {
            if (running.HasEnded || clock.Elapsed > Patience)
                throw new InvalidOperationException($"{contender.Key} did not answer a delivery with 200.");
            await Task.Delay(Retry, TimeProvider.System);
        }

        var elapsed = clock.Elapsed.TotalMilliseconds;
        await running.StopAsync();
        return elapsed;
    }

    private async Task<MemoryParts> IdleAsync(Contender contender, string database)
    {
        var clock = Stopwatch.StartNew();
        await using var running = await RunningContender.StartAsync(contender, database, workload.Secret.Reveal());
        await Task.Delay(Idle - clock.Elapsed, TimeProvider.System);
        var parts = ProcessUse.Parts(running.ProcessId);
        await running.StopAsync();
        return parts;
    }

    /// <summary>Sends the delivery once. Nobody listens yet, or it is answered something else than 200: it is not taken.</summary>
    private static async Task<bool> IsTakenAsync(Uri url, byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port);
            await socket.SendAsync(request);
            var answer = new byte[4096];
            var read = await socket.ReceiveAsync(answer);
            return Encoding.ASCII.GetString(answer, 0, read).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
