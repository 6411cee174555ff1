using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using ClerkSync.Handlers;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Benchmarks;

/// <summary>
/// Receiving, from a verified delivery to its commit, beside the least that a durable receiver must do: one transaction that inserts the
/// same bytes. Set CLERKSYNC_BENCH_POSTGRESQL to a connection string to measure PostgreSQL too.
/// </summary>
[MemoryDiagnoser]
public class ReceiveBenchmarks : IAsyncDisposable
{
    private const int AtOnce = 256;

    private const int Users = 20_000;

    private readonly string _body = Encoding.UTF8.GetString(Samples.Read("user.updated"));
    private readonly string _userId = "user_3BnYl8WR51kNpzKBU6zh5XiwIBp";
    private BenchmarkDatabase? _opened;
    private ClerkSyncDatabase? _database;
    private DeliveryReceiver? _receiver;
    private long _next;

    public static IEnumerable<string> Databases => BenchmarkDatabase.Names;

    [ParamsSource(nameof(Databases))]
    public string Database { get; set; } = "";

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _opened = await BenchmarkDatabase.OpenAsync(Database);
        _database = _opened.Opened;
        var applier = new MessageApplier(_database, new(), new RunRecorder(_database.Dialect, HandlerCatalogue.Empty), PayloadSeal.None, TimeProvider.System);
        _receiver = new(_database, applier, new(), TimeProvider.System, NullLogger<DeliveryReceiver>.Instance);
        var session = await _database.OpenAsync(CancellationToken.None);
        await using (session)
            await session.ExecuteAsync([new SqlQuery($"CREATE TABLE IF NOT EXISTS bare_messages (id varchar(64) PRIMARY KEY, payload {_database.Dialect.ColumnType(ColumnKind.Binary)})", [])], CancellationToken.None);
        _next = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await DisposeAsync();

    [Benchmark(Baseline = true)]
    public async Task BareInsertAndCommit()
    {
        var delivery = Next();
        await using var transaction = await _database!.BeginWriteAsync(WritePriority.Receiving, CancellationToken.None);
        await transaction.CommitAsync(
            [new SqlQuery("INSERT INTO bare_messages (id, payload) VALUES ($1, $2)", [SqlValue.Id(delivery.Id), new(ColumnKind.Binary, delivery.Body.ToArray())])], CancellationToken.None);
    }

    [Benchmark]
    public async Task ReceiveOneByOne() => Check(await _receiver!.ReceiveAsync(Next(), CancellationToken.None));

    [Benchmark(OperationsPerInvoke = AtOnce)]
    public async Task ReceiveAtOnce()
    {
        var outcomes = new Task<ReceiveOutcome>[AtOnce];
        for (var i = 0; i < outcomes.Length; i++)
            outcomes[i] = _receiver!.ReceiveAsync(Next(), CancellationToken.None).AsTask();
        foreach (var outcome in await Task.WhenAll(outcomes))
            Check(outcome);
    }

    public async ValueTask DisposeAsync()
    {
        if (_receiver is not null)
            await _receiver.DisposeAsync();
        _receiver = null;
        if (_opened is not null)
            await _opened.DisposeAsync();
        _opened = null;
        GC.SuppressFinalize(this);
    }

    internal static async Task RunOnceAsync()
    {
        foreach (var database in Databases)
        {
            await using var benchmarks = new ReceiveBenchmarks { Database = database };
            await benchmarks.SetUpAsync();
            await benchmarks.BareInsertAndCommit();
            await benchmarks.ReceiveOneByOne();
            await benchmarks.ReceiveAtOnce();
            await benchmarks.CleanUpAsync();
        }
    }

    /// <summary>A newer state of one of many users.</summary>
    private VerifiedDelivery Next()
    {
        var number = Interlocked.Increment(ref _next);
        var user = string.Create(CultureInfo.InvariantCulture, $"user_{number % Users:D27}");
        var text = _body.Replace(_userId, user, StringComparison.Ordinal);
        var updated = text.IndexOf("\"updated_at\":", text.LastIndexOf("\"unsafe_metadata\"", StringComparison.Ordinal), StringComparison.Ordinal) + 13;
        text = string.Concat(text.AsSpan(0, updated), number.ToString(CultureInfo.InvariantCulture), text.AsSpan(updated + 13));
        return new(string.Create(CultureInfo.InvariantCulture, $"msg_{number}"), 1_785_400_000, Encoding.UTF8.GetBytes(text), 0);
    }

    private static void Check(ReceiveOutcome outcome)
    {
        if (outcome.Result != ReceiveResult.Applied)
            throw new InvalidOperationException($"A delivery was not applied: {outcome}");
    }
}
