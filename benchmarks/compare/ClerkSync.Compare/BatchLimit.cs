using System.Diagnostics;
using System.Globalization;
using ClerkSync.Handlers;
using ClerkSync.PostgreSql;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using ClerkSync.Storage;

namespace ClerkSync.Compare;

/// <summary>
/// What the database itself can take: pgbench carries out the transactions that ClerkSync makes of batches, one after the other as its one writer does. No
/// HTTP, no signatures, no reading of bodies, and the bytes are there already.
/// </summary>
internal sealed class BatchLimit(PostgresCluster postgres, Workload workload, string url, int seconds)
{
    private const int WarmUpSeconds = 2;

    /// <summary>How many states of each user are recorded: written over itself a state would cost less log than a new one does.</summary>
    public const int States = 2;

    /// <summary>The number of the last transaction of pgbench. Each run goes on after the one before: every update brings the other state of its user.</summary>
    private int _transactions;

    /// <summary>Records batches over all users, and repeats them with other message ids.</summary>
    /// <param name="rows">Messages in a batch; each is of another user.</param>
    /// <param name="first">Number of the first message that is recorded.</param>
    public async Task<Figures> MeasureAsync(int rows, int first)
    {
        var folder = Directory.CreateTempSubdirectory("clerksync-compare-batch-").FullName;
        try
        {
            var script = await PrepareAsync(rows, first);
            var file = Path.Combine(folder, "batch.sql");
            await File.WriteAllTextAsync(file, script);
            await RunAsync(file, Path.Combine(folder, "warm-up"), WarmUpSeconds);
            var (log, cpu) = (await postgres.WalAsync(), ProcessUse.CpuSeconds(postgres.ProcessId));
            var clock = Stopwatch.StartNew();
            var latencies = await RunAsync(file, Path.Combine(folder, "measured"), seconds);
            var elapsed = clock.Elapsed.TotalSeconds;
            double messages = latencies.Count * rows;
            return new(
                messages / elapsed,
                Percentile(latencies, 0.50),
                Percentile(latencies, 0.99),
                double.NaN,
                (ProcessUse.CpuSeconds(postgres.ProcessId) - cpu) / messages * 1000,
                double.NaN,
                (await postgres.WalAsync() - log) / messages);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Has ClerkSync's own code apply batches, and keeps what it sent.</summary>
    private async Task<string> PrepareAsync(int rows, int first)
    {
        await using var database = new RecordedDatabase(new PostgreSqlDatabase(PostgreSqlDataSource.Create(url), ownsDataSource: true, new StorageOptions()));
        var applier = new MessageApplier(database, new ReceivingOptions(), new RunRecorder(database.Dialect, HandlerCatalogue.Empty), PayloadSeal.None, TimeProvider.System, new MarkRaiser(database, [], new()));
        var script = new BatchScript(database, rows);
        await script.CreateTableAsync();
        for (var batch = 0; batch < States * Workload.Users / rows; batch++)
        {
            InboundMessage[] messages = [.. Enumerable.Range(first + (batch * rows), rows).Select(Message)];
            foreach (var outcome in await applier.ApplyAsync(messages, WritePriority.Receiving, CancellationToken.None))
            {
                if (outcome.Result != ReceiveResult.Applied)
                    throw new InvalidOperationException($"A recorded message was not applied: {outcome}.");
            }

            await script.AddAsync(database.Transactions[^1], messages.Select(m => m.Id).ToHashSet(StringComparer.Ordinal));
        }

        // No more than this: the contenders' tables are not swept or written out before their loads either.
        await PostgresCluster.ExecuteAsync(url, "ANALYZE");
        return script.Text;
    }

    private InboundMessage Message(int number) =>
        InboundMessage.Received(Workload.IdOf(number), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), workload.UserUpdated(number));

    /// <summary>Milliseconds of each transaction.</summary>
    private async Task<IReadOnlyList<double>> RunAsync(string script, string log, int duration)
    {
        var address = new Uri(url);
        var output = await Commands.ReadAsync(
            postgres.Binary("pgbench"), "--no-vacuum", "--client=1", "--protocol=prepared", $"--time={Text(duration)}", $"--define=n={Text(_transactions)}", $"--file={script}",
            "--log", $"--log-prefix={log}", $"--host={address.Host}", $"--port={Text(address.Port)}", "--username=postgres", address.AbsolutePath[1..]);
        var files = Directory.GetFiles(Path.GetDirectoryName(log)!, $"{Path.GetFileName(log)}.*");
        double[] latencies = [.. files.SelectMany(File.ReadLines).Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture) / 1000)];
        _transactions += latencies.Length;
        return latencies.Length > 0 ? latencies : throw new InvalidOperationException($"pgbench carried out nothing:\n{output}");
    }

    private static double Percentile(IReadOnlyList<double> values, double part) => values.Order().ElementAt((int)Math.Min(values.Count - 1, values.Count * part));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
