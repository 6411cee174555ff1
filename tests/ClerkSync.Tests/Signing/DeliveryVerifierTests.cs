using ClerkSync.Signing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Signing;

public sealed class DeliveryVerifierTests
{
    private const long Now = 1_785_400_020;

    private static readonly byte[] Body = """{"type":"user.created","data":{"id":"user_1"}}"""u8.ToArray();

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly SigningSecret _old = SigningSecret.Create();
    private readonly SigningSecret _new = SigningSecret.Create();

    [Fact]
    public void Any_of_several_secrets_may_match_and_the_result_names_it()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_new, _old), _clock);

        Assert.Equal(0, Verify(verifier, _new).Delivery?.SecretIndex);
        Assert.Equal(1, Verify(verifier, _old).Delivery?.SecretIndex);
        Assert.Equal("signature_mismatch", Verify(verifier, SigningSecret.Create()).Refusal?.Code);
    }

    [Fact]
    public void Secrets_are_swapped_while_the_verifier_is_in_use()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock);
        Assert.True(Verify(verifier, _old).IsVerified);

        verifier.Secrets = new SigningSecrets(_new);

        Assert.False(Verify(verifier, _old).IsVerified);
        Assert.True(Verify(verifier, _new).IsVerified);
    }

    [Fact]
    public void Without_a_secret_nothing_is_accepted()
    {
        var verifier = new DeliveryVerifier(SigningSecrets.None, _clock);

        var refusal = Verify(verifier, _old).Refusal;

        Assert.Equal((RefusalReason.NoSigningSecret, "no_signing_secret"), (refusal?.Reason, refusal?.Code));
        Assert.Contains("CLERK_WEBHOOK_SIGNING_SECRET", refusal?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(-300, null)]
    [InlineData(300, null)]
    [InlineData(-301, "timestamp_too_old")]
    [InlineData(301, "timestamp_too_new")]
    [InlineData(-1_785_400_020, "timestamp_too_old")]
    [InlineData(999_000_000_000_000, "timestamp_too_new")]
    public void Five_minutes_to_either_side_are_the_limit(long difference, string? refused)
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock);

        Assert.Equal(refused, Verify(verifier, _old, Now + difference).Refusal?.Code);
    }

    [Fact]
    public void Fractions_of_a_second_do_not_count()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock);
        _clock.Advance(TimeSpan.FromMilliseconds(300_999));

        Assert.True(Verify(verifier, _old).IsVerified);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var refusal = Verify(verifier, _old).Refusal;
        Assert.Equal(RefusalReason.TimestampTooOld, refusal?.Reason);
        Assert.Contains("301 s", refusal?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tolerance_can_be_changed_within_reason()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock, TimeSpan.FromSeconds(10));

        Assert.True(Verify(verifier, _old, Now - 10).IsVerified);
        Assert.False(Verify(verifier, _old, Now - 11).IsVerified);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeliveryVerifier(SigningSecrets.None, _clock, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeliveryVerifier(SigningSecrets.None, _clock, TimeSpan.FromDays(2)));
    }

    [Fact]
    public void A_saved_delivery_can_be_looked_at_later()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock);
        var headers = Sign(_old, Now - 86_400, Body);

        Assert.True(verifier.VerifyWithoutClock(headers, Body).IsVerified);
        Assert.False(verifier.Verify(headers, Body).IsVerified);
    }

    [Fact]
    public void A_body_above_the_limit_is_refused_before_it_is_hashed()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock, maxBodySize: Body.Length);

        Assert.True(Verify(verifier, _old).IsVerified);

        byte[] larger = [.. Body, (byte)' '];
        Assert.Equal("body_too_large", verifier.Verify(Sign(_old, Now, larger), larger).Refusal?.Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeliveryVerifier(SigningSecrets.None, _clock, maxBodySize: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeliveryVerifier(SigningSecrets.None, _clock, maxBodySize: 100_000_000));
    }

    [Fact]
    public void Headers_that_nobody_read_are_refused()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock);

        Assert.Equal("missing_headers", verifier.Verify(default, Body).Refusal?.Code);
    }

    [Fact]
    public void A_mismatch_tells_the_likely_causes_and_nothing_about_the_secret()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock);
        var headers = Sign(_new, Now, Body);

        var message = verifier.Verify(headers, Body).Refusal?.Message;

        Assert.Contains("another endpoint", message, StringComparison.Ordinal);
        Assert.Contains("a proxy", message, StringComparison.Ordinal);
        Assert.DoesNotContain(_old.Reveal()["whsec_".Length..][..8], message, StringComparison.Ordinal);
        Assert.DoesNotContain(headers.Signatures[3..][..8], message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_without_a_v1_entry_is_told_apart()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_old), _clock);
        KeyValuePair<string, string>[] sent = [new("svix-id", "msg_1"), new("svix-timestamp", $"{Now}"), new("svix-signature", "v1a,AAAA v2,BBBB")];
        Assert.True(DeliveryHeaders.TryRead(sent, out var headers, out _));

        var refusal = verifier.Verify(headers, Body).Refusal;

        Assert.Equal(RefusalReason.SignatureMismatch, refusal?.Reason);
        Assert.Contains("no entry of version v1", refusal?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verifying_allocates_nothing_but_the_result()
    {
        var verifier = new DeliveryVerifier(new SigningSecrets(_new, _old), _clock);
        var headers = Sign(_old, Now, Body);
        for (var i = 0; i < 100; i++)
            Assert.True(verifier.Verify(headers, Body).IsVerified);

        const int count = 1000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < count; i++)
            verifier.Verify(headers, Body);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / count;

        // the result: object header and method table, id, timestamp, memory, index
        Assert.InRange(each, 1, 56);
    }

    private static VerificationResult Verify(DeliveryVerifier verifier, SigningSecret secret, long timestamp = Now) =>
        verifier.Verify(Sign(secret, timestamp, Body), Body);

    private static DeliveryHeaders Sign(SigningSecret secret, long timestamp, byte[] body)
    {
        var signed = DeliverySigner.CreateHeaders(new SigningSecrets(secret), "msg_1", timestamp, body);
        Assert.True(DeliveryHeaders.TryRead(signed, out var headers, out _));
        return headers;
    }
}
