using BenchmarkDotNet.Attributes;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Mirror;
using ClerkSync.PostgreSql;
using ClerkSync.Receiving;
using ClerkSync.Storage;

namespace ClerkSync.Benchmarks;

/// <summary>
/// The steps of a delivery between the verified bytes and the driver, each by itself, for one delivery. Those of a batch are measured with 128 messages and divided. What
/// the web server and the database do is not in them.
/// </summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private const int BatchSize = 128;

    private static readonly PostgreSqlDialect Dialect = new(new());

    private readonly MirrorWriter _mirror = new(Dialect, TimeProvider.System);
    private readonly RunRecorder _runs = new(Dialect, HandlerCatalogue.Empty);
    private readonly Inbox.InboxWriter _inbox = new(Dialect);
    private byte[] _body = [];
    private RawEvent _event = null!;
    private InboundMessage[] _messages = [];
    private ApplyingBatch _decided = null!;
    private SqlStatement[] _statements = [];

    [Params("user.updated", "session.created", "organizationMembership.created", "subscription.updated")]
    public string Sample { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        _body = Samples.Read(Sample);
        _event = RawEventReader.Read(_body).Event!;
        _messages = [.. Enumerable.Range(0, BatchSize).Select(i => InboundMessage.Received($"msg_{i}", 1785400012553, Samples.WithOtherIds(_body, i)))];
        _decided = Decide();
        _statements = [.. Write(_decided)];
    }

    /// <summary>Envelope, canonical document, and what may be stored of the body.</summary>
    [Benchmark]
    public object? Read() => RawEventReader.Read(_body).Event;

    /// <summary>The document, so that its members can be looked up.</summary>
    [Benchmark]
    public object Parse() => CanonicalDocument.Parse(_event.Document);

    /// <summary>Whose data it holds.</summary>
    [Benchmark]
    public object Mentions() => MentionsReader.Read(_event);

    /// <summary>What it says about its subject and the objects embedded in it.</summary>
    [Benchmark]
    public int Changes() => MirrorChangeReader.Read(_event, "msg_1").Count;

    /// <summary>The four above, as a request carries them out.</summary>
    [Benchmark]
    public object Receive() => InboundMessage.Received("msg_1", 1785400012553, _body);

    /// <summary>Which rows the batch touches, and what each message does to them.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public object DecideBatch() => Decide();

    /// <summary>The statements that write inbox and mirror.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int WriteBatch() => Write(_decided).Count();

    /// <summary>The driver's parameters.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int BindBatch()
    {
        var parameters = 0;
        foreach (var statement in _statements)
            parameters += PostgreSqlSession.Command(statement).Parameters.Count;
        return parameters;
    }

    internal static void RunOnce()
    {
        foreach (var sample in new[] { "user.updated", "organizationMembership.created" })
        {
            var benchmarks = new StepBenchmarks { Sample = sample };
            benchmarks.SetUp();
            benchmarks.Read();
            benchmarks.Parse();
            benchmarks.Mentions();
            benchmarks.Changes();
            benchmarks.Receive();
            benchmarks.DecideBatch();
            benchmarks.WriteBatch();
            benchmarks.BindBatch();
        }
    }

    private ApplyingBatch Decide()
    {
        var batch = new ApplyingBatch(_messages, _mirror.Begin(), _runs.Begin(1785400012553), new());
        _ = batch.Mirror.Load().Count();
        batch.Decide();
        return batch;
    }

    private IEnumerable<SqlStatement> Write(ApplyingBatch batch) => [_inbox.Insert(batch.Entries(1785400012553, PayloadSeal.None).Added), .. batch.Mirror.Write()];
}
