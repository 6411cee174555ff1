using ClerkSync.Signing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Signing;

public sealed class SignatureVectorTests
{
    // the only vector that needs ed25519, which Clerk does not use: its secret is refused
    private const string Ed25519Vector = "known-v1a-ed25519-public-key";

    public static TheoryData<string> GeneralNames => [.. SignatureVectors.General.Keys];

    public static TheoryData<string> SampleNames => [.. SignatureVectors.OfSamples.Keys];

    [Fact]
    public void All_vectors_are_there()
    {
        Assert.Equal(77, SignatureVectors.General.Count);
        Assert.Equal(24, SignatureVectors.OfSamples.Count);
    }

    [Theory]
    [MemberData(nameof(GeneralNames))]
    public void Every_general_vector_gets_its_verdict(string name)
    {
        var vector = SignatureVectors.General[name];

        Assert.Equal(name is Ed25519Vector ? "secret-error" : vector.Expect, VerdictOn(vector));
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Every_sample_vector_gets_its_verdict(string name)
    {
        var vector = SignatureVectors.OfSamples[name];

        Assert.Equal(vector.Expect, VerdictOn(vector));
    }

    [Fact]
    public void The_public_key_of_an_ed25519_pair_is_refused_with_the_reason()
    {
        Assert.False(SigningSecret.TryParse(SignatureVectors.General[Ed25519Vector].Secrets[0], out _, out var problem));
        Assert.Contains("ed25519", problem, StringComparison.Ordinal);
        Assert.Contains("whsec_", problem, StringComparison.Ordinal);
    }

    private static string VerdictOn(SignatureVector vector)
    {
        var secrets = new List<SigningSecret>();
        foreach (var text in vector.Secrets)
        {
            if (!SigningSecret.TryParse(text, out var secret, out _))
                return "secret-error";
            secrets.Add(secret);
        }

        var verifier = new DeliveryVerifier(new SigningSecrets(secrets), new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(vector.Now)));
        if (!DeliveryHeaders.TryRead(vector.Headers, out var headers, out _))
            return "invalid";

        var result = verifier.Verify(headers, vector.Body);
        if (!result.IsVerified)
            return "invalid";

        Assert.Equal(headers.Id, result.Delivery.Id);
        Assert.Equal(vector.Body, result.Delivery.Body.ToArray());
        return "valid";
    }
}
