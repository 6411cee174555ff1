using System.Text;
using ClerkSync.Signing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Signing;

public sealed class SignThenVerifyTests
{
    private const long Now = 1_785_400_020;

    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Byte.Array[1, 80],
        Gen.Char['!', '~'].Array[1, 256],
        Gen.Long[Now - 300, Now + 300],
        Gen.Byte.Array[0, 2000],
        Gen.Enum<HeaderFamily>(),
        (key, id, timestamp, body, family) => new Case(key, new string(id), timestamp, body, family));

    [Fact]
    public void What_is_signed_verifies() => Cases.Sample(c =>
    {
        var result = Verify(c, c.Sign());
        return result.IsVerified && result.Delivery.Id.Equals(c.Id, StringComparison.Ordinal) && result.Delivery.Timestamp == c.Timestamp && result.Delivery.Body.Span.SequenceEqual(c.Body);
    });

    [Fact]
    public void A_flipped_bit_anywhere_is_refused() =>
        Gen.Select(Cases, Gen.Int[0, 3], Gen.Int[0, int.MaxValue]).Sample((c, part, place) =>
        {
            var sent = c.Sign();
            var body = c.Body;
            if (part == 3)
            {
                if (body.Length == 0)
                    return true;
                body = Flip(body, place);
            }
            else
            {
                // latin-1 keeps a byte a character, as the wire does
                var flipped = Encoding.Latin1.GetString(Flip(Encoding.Latin1.GetBytes(sent[part].Value), place));
                sent[part] = new(sent[part].Key, flipped);
            }

            return !Verify(c with { Body = body }, sent).IsVerified;
        });

    [Fact]
    public void Every_secret_of_a_rotation_signs_and_any_of_them_verifies() =>
        Gen.Select(Cases, Gen.Int[1, 11], Gen.Int[0, 10]).Sample((c, count, pick) =>
        {
            var secrets = Enumerable.Range(0, count).Select(_ => SigningSecret.Create()).ToArray();
            var sent = DeliverySigner.CreateHeaders(new SigningSecrets(secrets), c.Id, c.Timestamp, c.Body, c.Family);
            Assert.True(DeliveryHeaders.TryRead(sent, out var headers, out _));
            var verifier = new DeliveryVerifier(new SigningSecrets(SigningSecret.Create(), secrets[pick % count]), Clock());
            return verifier.Verify(headers, c.Body).Delivery?.SecretIndex == 1;
        });

    [Fact]
    public void Whatever_stands_in_the_headers_never_throws_and_never_verifies() =>
        Gen.Select(Gen.String, Gen.String, Gen.String).Sample((id, timestamp, signature) =>
        {
            KeyValuePair<string, string>[] sent = [new("svix-id", id), new("svix-timestamp", timestamp), new("svix-signature", signature)];
            return !Verify(new Case([1], "x", Now, [1, 2, 3], HeaderFamily.Svix), sent).IsVerified;
        });

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    public void The_signer_refuses_an_id_that_no_receiver_takes(string id) =>
        Assert.Throws<ArgumentException>(() => DeliverySigner.Sign(SigningSecret.Create(), id, Now, []));

    [Fact]
    public void The_signer_refuses_a_timestamp_that_no_receiver_takes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DeliverySigner.Sign(SigningSecret.Create(), "msg_1", -1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeliverySigner.Sign(SigningSecret.Create(), "msg_1", 1_000_000_000_000_000, []));
        Assert.Throws<ArgumentException>(() => DeliverySigner.CreateHeaders(SigningSecrets.None, "msg_1", Now, []));
    }

    [Fact]
    public async Task Many_threads_may_verify_at_once()
    {
        var secret = SigningSecret.Create();
        var verifier = new DeliveryVerifier(new SigningSecrets(secret), Clock());
        var tasks = Enumerable.Range(0, 16).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                var body = Encoding.UTF8.GetBytes($"{n} {i}");
                Assert.True(DeliveryHeaders.TryRead(DeliverySigner.CreateHeaders(new SigningSecrets(secret), $"msg_{n}", Now, body), out var headers, out _));
                Assert.True(verifier.Verify(headers, body).IsVerified);
                Assert.False(verifier.Verify(headers, new byte[] { 0 }).IsVerified);
            }
        }, TestContext.Current.CancellationToken));

        await Task.WhenAll(tasks);
    }

    private static VerificationResult Verify(Case c, IEnumerable<KeyValuePair<string, string>> sent) =>
        DeliveryHeaders.TryRead(sent, out var headers, out var refusal)
            ? new DeliveryVerifier(new SigningSecrets(c.Secret), Clock()).Verify(headers, c.Body)
            : new VerificationResult(refusal);

    private static FakeTimeProvider Clock() => new(DateTimeOffset.FromUnixTimeSeconds(Now));

    private static byte[] Flip(byte[] bytes, int place)
    {
        var bit = place % (bytes.Length * 8);
        var flipped = (byte[])bytes.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private sealed record Case(byte[] Key, string Id, long Timestamp, byte[] Body, HeaderFamily Family)
    {
        public SigningSecret Secret { get; } = SigningSecret.Parse(Convert.ToBase64String(Key));

        public KeyValuePair<string, string>[] Sign() =>
            [.. DeliverySigner.CreateHeaders(new SigningSecrets(Secret), Id, Timestamp, Body, Family)];
    }
}
