using System.Globalization;
using BenchmarkDotNet.Attributes;
using ClerkSync.Handlers;
using ClerkSync.Storage;

namespace ClerkSync.Benchmarks;

/// <summary>
/// Claiming due lines while a million open runs wait behind lines that are blocked by a failing run. Set CLERKSYNC_BENCH_POSTGRESQL to a
/// connection string to measure PostgreSQL too.
/// </summary>
[MedianColumn]
public class ClaimBenchmarks : IAsyncDisposable
{
    private const int BlockedLines = 1_000;
    private const int DueLines = 64;
    private const int AtOnce = 8;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private BenchmarkDatabase? _opened;
    private ClerkSyncDatabase? _database;
    private HandlerLines? _lines;

    public static IEnumerable<string> Databases => BenchmarkDatabase.Names;

    [ParamsSource(nameof(Databases))]
    public string Database { get; set; } = "";

    /// <summary>Open runs behind each blocked line.</summary>
    [Params(1, 1_000)]
    public int Behind { get; set; }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _opened = await BenchmarkDatabase.OpenAsync(Database);
        _database = _opened.Opened;
        _lines = new(_database);
        await using var transaction = await _database.BeginWriteAsync(WritePriority.Background, CancellationToken.None);
        await transaction.CommitAsync([.. Fill(_database.Dialect)], CancellationToken.None);
        if (Database != "SQLite")
        {
            await using var session = await _database.OpenAsync(CancellationToken.None);
            await session.ExecuteAsync([new SqlQuery("VACUUM ANALYZE", [])], CancellationToken.None);
        }
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await DisposeAsync();

    /// <summary>Claims lines with their oldest runs, and hands them back.</summary>
    [Benchmark]
    public async Task ClaimAndRelease()
    {
        var runs = await _lines!.ClaimAsync([("bench", AtOnce)], Now, Lease, [], CancellationToken.None);
        if (runs.Count != AtOnce)
            throw new InvalidOperationException($"{runs.Count} lines were claimed.");
        await _lines.CompleteAsync([.. runs.Select(r => new RunOutcome { Run = r, State = RunStates.Pending, EndedAt = Now, DueAt = Now, IsReleased = true })], CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_opened is not null)
            await _opened.DisposeAsync();
        _opened = null;
        GC.SuppressFinalize(this);
    }

    internal static async Task RunOnceAsync()
    {
        foreach (var database in Databases)
        {
            await using var benchmarks = new ClaimBenchmarks { Database = database, Behind = 2 };
            await benchmarks.SetUpAsync();
            await benchmarks.ClaimAndRelease();
            await benchmarks.CleanUpAsync();
        }
    }

    /// <summary>Blocked lines are due in an hour; their runs are older than those of the lines that are due now.</summary>
    private IEnumerable<SqlStatement> Fill(SqlDialect dialect)
    {
        var runs = dialect.TableName(SchemaArea.Engine, EngineSchema.Runs);
        var lines = dialect.TableName(SchemaArea.Engine, HandlerSchema.Lines);
        const string No = "(1 = 0)";
        const string Columns = "(id, handler, line, message_id, event_type, object_id, state, is_stale, is_applied, is_replay, attempts, created_at, due_at)";
        yield return new SqlQuery($"DELETE FROM {runs}", []);
        yield return new SqlQuery($"DELETE FROM {lines}", []);
        yield return Numbers(
            $"INSERT INTO {runs} {Columns} SELECT 'bench ' || n, 'bench', 'bench blocked_' || (n % {BlockedLines}), 'msg_' || n, 'user.updated', 'blocked_' || (n % {BlockedLines}), "
            + $"'pending', {No}, {No}, {No}, 0, $1, $1 FROM numbers",
            BlockedLines * Behind,
            Now);
        yield return Numbers($"INSERT INTO {lines} (id, handler, due_at, fence) SELECT 'bench blocked_' || n, 'bench', $1, 1 FROM numbers", BlockedLines, Now + 3_600_000);
        yield return Numbers(
            $"INSERT INTO {runs} {Columns} SELECT 'bench due ' || n, 'bench', 'bench due_' || n, 'msg_due_' || n, 'user.updated', 'due_' || n, 'pending', {No}, {No}, {No}, 0, $1, $1 FROM numbers",
            DueLines,
            Now);
        yield return Numbers($"INSERT INTO {lines} (id, handler, due_at, fence) SELECT 'bench due_' || n, 'bench', $1, 1 FROM numbers", DueLines, Now);
    }

    private static SqlQuery Numbers(string insert, int count, long at) => new(
        string.Create(CultureInfo.InvariantCulture, $"WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count}) {insert}"),
        [SqlValue.Timestamp(at)]);
}
