using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using ClerkSync.Signing;

namespace ClerkSync.Benchmarks;

/// <summary>Verifying a delivery beside the least that any verifier must do: one HMAC over the same bytes, already lying in one piece.</summary>
[MemoryDiagnoser]
public class VerifyBenchmarks
{
    private const string Id = "msg_2ClerkSyncBenchmark000001";

    private readonly byte[] _hash = new byte[HMACSHA256.HashSizeInBytes];
    private byte[] _key = [];
    private byte[] _body = [];
    private byte[] _signedContent = [];
    private DeliveryVerifier _verifier = new(SigningSecrets.None);
    private DeliveryHeaders _headers;

    /// <summary>Bytes of the body: a deletion, a user, a user with much metadata, the largest that Svix sends.</summary>
    [Params(300, 2_500, 20_000, 350_000)]
    public int BodySize { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var secret = SigningSecret.Create();
        _key = Convert.FromBase64String(secret.Reveal()["whsec_".Length..]);
        _body = new byte[BodySize];
        _body.AsSpan().Fill((byte)'a');
        _signedContent = [.. Encoding.ASCII.GetBytes($"{Id}.{timestamp}."), .. _body];

        // an hour of measuring must not make the delivery too old
        _verifier = new DeliveryVerifier(new SigningSecrets(secret), clockTolerance: TimeSpan.FromDays(1));
        var signed = DeliverySigner.CreateHeaders(new SigningSecrets(secret), Id, timestamp, _body);
        if (!DeliveryHeaders.TryRead(signed, out _headers, out var refusal))
            throw new InvalidOperationException(refusal.Message);
    }

    [Benchmark(Baseline = true)]
    public int BareHashData() => HMACSHA256.HashData(_key, _signedContent, _hash);

    [Benchmark]
    public VerificationResult Verify()
    {
        var result = _verifier.Verify(_headers, _body);
        return result.IsVerified ? result : throw new InvalidOperationException(result.Refusal.Message);
    }

    internal static void RunOnce()
    {
        foreach (var size in new[] { 300, 350_000 })
        {
            var benchmarks = new VerifyBenchmarks { BodySize = size };
            benchmarks.SetUp();
            benchmarks.BareHashData();
            benchmarks.Verify();
        }
    }
}
