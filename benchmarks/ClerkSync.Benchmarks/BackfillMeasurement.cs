using System.Diagnostics;
using System.Globalization;
using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Emulator;
using ClerkSync.Mirror;
using ClerkSync.PostgreSql;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ClerkSync.Benchmarks;

/// <summary>
/// A backfill of many users from an emulator in a process of its own, beside the least that any must do with the database: the same rows, written without reading or
/// comparing anything. Too long for BenchmarkDotNet: it runs once, and says how much memory it took.
/// </summary>
internal static class BackfillMeasurement
{
    private const int BareRows = 100_000;

    private const string SecretKey = "sk_live_measured";

    /// <summary>What the child process does: serves users until it is killed.</summary>
    public static async Task EmulateAsync(int users)
    {
        await using var clerk = await ClerkEmulator.StartAsync(new()
        {
            SecretKey = SecretKey,
            RequestsPerTenSeconds = int.MaxValue,
            Population = new() { Users = users },
        });
        Console.WriteLine(clerk.Url);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    public static async Task RunAsync(int users, int requestsPerTenSeconds)
    {
        using var emulator = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["emulator", users.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        try
        {
            var url = await emulator.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The emulator did not start.");
            foreach (var name in BenchmarkDatabase.Names)
                await MeasureAsync(name, url, users, requestsPerTenSeconds);

            // Afterwards, because it holds its rows in memory.
            foreach (var name in BenchmarkDatabase.Names)
                await MeasureBareAsync(name, url, Math.Min(users, BareRows));
        }
        finally
        {
            emulator.Kill();
        }
    }

    private static Task MeasureAsync(string name, string url, int users, int requestsPerTenSeconds) => WithAsync(name, async database =>
    {
        var windows = new RequestWindows();
        using var api = ClerkApiClient.Create(
            new() { SecretKey = SecretKey, Url = url, RequestsPerTenSeconds = requestsPerTenSeconds, BudgetPercent = 100 },
            () => new Counting(windows) { InnerHandler = ClerkApiClient.CreateHandler() },
            TimeProvider.System,
            NullLogger.Instance);
        var writer = new ObjectWriter(database, null, TimeProvider.System);
        var run = new BackfillRun(database, api, writer, new(database, api, null, learns: true, TimeProvider.System), TimeProvider.System, NullLogger<BackfillRun>.Instance);
        using var memory = new PeakMemory();
        var clock = Stopwatch.StartNew();
        var report = await run.RunAsync(fromStart: true, null, CancellationToken.None);
        if (!report.IsComplete || report.Tables.Single(t => t.Table == "users").Read != users)
            throw new InvalidOperationException("The backfill is not complete.");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {users:N0} users in {clock.Elapsed.TotalSeconds:N0} s, {users / clock.Elapsed.TotalSeconds:N0} rows a second; peak memory {memory.PeakMiB:N0} MiB; "
            + $"most requests in 10 s: {windows.Most} of {requestsPerTenSeconds}"));
    });

    private static Task MeasureBareAsync(string name, string url, int rows) => WithAsync(name, async database =>
    {
        using var api = ClerkApiClient.Create(
            new() { SecretKey = SecretKey, Url = url, RequestsPerTenSeconds = 100_000, BudgetPercent = 100 }, null, TimeProvider.System, NullLogger.Instance);
        var rate = await BareAsync(database, api, rows);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: bare {rate:N0} rows a second"));
    });

    private static async Task WithAsync(string name, Func<ClerkSyncDatabase, Task> work)
    {
        await using var database = await BenchmarkDatabase.OpenAsync(name);
        await EmptyAsync(database.Opened);
        await work(database.Opened);
    }

    /// <summary>The same rows, in one transaction for each page, into the same table: rows a second.</summary>
    private static async Task<double> BareAsync(ClerkSyncDatabase database, ClerkApiClient api, int rows)
    {
        var pages = new List<List<MirrorChange>>();
        await foreach (var page in new ListingReader(api).ReadAsync(UsersTable.Definition, new(), CancellationToken.None))
        {
            pages.Add([.. page.Objects.Select(o => MirrorChangeReader.Read(UsersTable.Definition, o, page.TakenAt, StateOrigin.Backfill, null)[0])]);
            if (pages.Sum(p => p.Count) >= rows)
                break;
        }

        var clock = Stopwatch.StartNew();
        foreach (var page in pages)
            await (database.Dialect is PostgreSqlDialect ? CopyAsync(page) : InsertAsync(database, page));
        return pages.Sum(p => p.Count) / clock.Elapsed.TotalSeconds;
    }

    private static async Task EmptyAsync(ClerkSyncDatabase database)
    {
        await using var session = await database.OpenAsync(CancellationToken.None);
        var users = database.Dialect.TableName(SchemaArea.Mirror, "users");
        await session.ExecuteAsync([new SqlQuery(database.Dialect is PostgreSqlDialect ? $"TRUNCATE {users}" : $"DELETE FROM {users}", [])], CancellationToken.None);
    }

    private static async Task CopyAsync(List<MirrorChange> page)
    {
        await using var connection = new NpgsqlConnection(BenchmarkDatabase.ConnectionString!);
        await connection.OpenAsync();
        await using var copy = await connection.BeginBinaryImportAsync("COPY clerk.users (id, data) FROM STDIN (FORMAT BINARY)");
        foreach (var user in page)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(user.Id, NpgsqlTypes.NpgsqlDbType.Text);
            await copy.WriteAsync(System.Text.Encoding.UTF8.GetString(user.State!.Document.Span), NpgsqlTypes.NpgsqlDbType.Jsonb);
        }

        await copy.CompleteAsync();
    }

    private static async Task InsertAsync(ClerkSyncDatabase database, List<MirrorChange> page)
    {
        BulkColumn[] columns = [new("id", ColumnKind.Id, page.Count), new("data", ColumnKind.Json, page.Count)];
        for (var i = 0; i < page.Count; i++)
            (columns[0].Values[i], columns[1].Values[i]) = (page[i].Id, page[i].State!.Document);
        await using var transaction = await database.BeginWriteAsync(WritePriority.Background, CancellationToken.None);
        await transaction.CommitAsync([new SqlBulk(database.Dialect.BulkInsert(database.Dialect.TableName(SchemaArea.Mirror, "users"), columns), columns, page.Count)], CancellationToken.None);
    }

    private sealed class Counting(RequestWindows windows) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            windows.Count();
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>How many requests any ten seconds had.</summary>
    private sealed class RequestWindows
    {
        private readonly Lock _lock = new();
        private readonly Queue<long> _sent = new();

        public int Most { get; private set; }

        public void Count()
        {
            lock (_lock)
            {
                var now = Stopwatch.GetTimestamp();
                _sent.Enqueue(now);
                while (Stopwatch.GetElapsedTime(_sent.Peek(), now) > TimeSpan.FromSeconds(10))
                    _sent.Dequeue();
                Most = Math.Max(Most, _sent.Count);
            }
        }
    }

    /// <summary>The most memory that this process had, looked at five times a second.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer _timer;
        private long _peak;

        public PeakMemory()
        {
            GC.Collect();
            _timer = new(_ => _peak = Math.Max(_peak, Environment.WorkingSet), null, 0, 200);
        }

        public double PeakMiB => _peak / 1048576.0;

        public void Dispose() => _timer.Dispose();
    }
}
