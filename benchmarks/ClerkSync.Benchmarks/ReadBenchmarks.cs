using BenchmarkDotNet.Attributes;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync.Benchmarks;

/// <summary>Reading a body on its way into the database, beside the least that any reader must do: one walk over its tokens.</summary>
[MemoryDiagnoser]
public class ReadBenchmarks
{
    private byte[] _body = [];

    [Params("user.deleted", "user.updated", "session.created", "organizationMembership.created", "subscription.updated", "email.created")]
    public string Sample { get; set; } = "";

    [GlobalSetup]
    public void SetUp() => _body = Samples.Read(Sample);

    [Benchmark(Baseline = true)]
    public int BareTokens()
    {
        var reader = new System.Text.Json.Utf8JsonReader(_body);
        var tokens = 0;
        while (reader.Read())
            tokens++;
        return tokens;
    }

    /// <summary>Envelope, canonical document, redacted payload.</summary>
    [Benchmark]
    public object? ReadRaw() => RawEventReader.Read(_body).Event;

    /// <summary>The same, and what it says about each object.</summary>
    [Benchmark]
    public int ReadAndExtract() => MirrorChangeReader.Read(RawEventReader.Read(_body).Event!, "msg_1").Count;

    /// <summary>The typed record for users' code.</summary>
    [Benchmark]
    public object? ReadTyped() => ClerkEventReader.Read(_body).Event;

    internal static void RunOnce()
    {
        foreach (var sample in new[] { "user.updated", "email.created" })
        {
            var benchmarks = new ReadBenchmarks { Sample = sample };
            benchmarks.SetUp();
            benchmarks.BareTokens();
            benchmarks.ReadRaw();
            benchmarks.ReadAndExtract();
            benchmarks.ReadTyped();
        }
    }
}
