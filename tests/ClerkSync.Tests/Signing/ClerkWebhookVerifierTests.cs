using ClerkSync.Events;
using ClerkSync.Signing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Signing;

public sealed class ClerkWebhookVerifierTests
{
    private const long Now = 1_785_400_020;

    private static readonly byte[] Body = """{"type":"user.deleted","data":{"id":"user_1","object":"user","deleted":true}}"""u8.ToArray();

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly SigningSecret _secret = SigningSecret.Create();

    [Fact]
    public void Any_host_hands_over_headers_and_body()
    {
        using var verifier = new ClerkWebhookVerifier(new SigningOptions { Secrets = { _secret.Reveal() } }, _clock);
        var pairs = new Dictionary<string, string>(Sign(_secret), StringComparer.Ordinal);
        var lists = pairs.Select(h => KeyValuePair.Create<string, IEnumerable<string>>(h.Key, [h.Value]));

        var webhook = verifier.Verify(pairs, Body);

        Assert.True(webhook.IsVerified);
        Assert.Equal("msg_1", webhook.Id);
        Assert.Equal("user_1", Assert.IsType<UserDeleted>(webhook.Event).ObjectId);
        Assert.True(verifier.Verify(lists, Body).IsVerified);
    }

    [Fact]
    public void A_refused_webhook_has_a_reason_and_nothing_else()
    {
        using var verifier = new ClerkWebhookVerifier(new SigningOptions { Secrets = { _secret.Reveal() } }, _clock);

        var webhook = verifier.Verify(Sign(SigningSecret.Create()), Body);

        Assert.False(webhook.IsVerified);
        Assert.Equal(RefusalReason.SignatureMismatch, webhook.Refusal.Reason);
        Assert.Null(webhook.Id);
        Assert.Null(webhook.Event);
        Assert.Null(webhook.Delivery);
    }

    [Fact]
    public void An_empty_body_is_refused_even_when_it_is_signed()
    {
        using var verifier = new ClerkWebhookVerifier(new SigningOptions { Secrets = { _secret.Reveal() } }, _clock);
        var signed = DeliverySigner.CreateHeaders(new SigningSecrets(_secret), "msg_1", Now, []);

        Assert.Equal(RefusalReason.EmptyBody, verifier.Verify(signed, default).Refusal?.Reason);
    }

    [Fact]
    public void Fixed_options_must_be_good()
    {
        Assert.Throws<FormatException>(() => new ClerkWebhookVerifier(new SigningOptions { Secrets = { "whsec_!" } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClerkWebhookVerifier(new SigningOptions { MaxBodySize = 0 }));
    }

    [Theory]
    [InlineData("ClerkSync:Signing:Secrets")]
    [InlineData("ClerkSync:Signing:Secrets:0")]
    [InlineData("CLERK_WEBHOOK_SIGNING_SECRET")]
    [InlineData("CLERK_WEBHOOK_SECRET")]
    public void The_secret_is_found_under_each_of_its_names(string name)
    {
        var configuration = Configuration((name, _secret.Reveal()));
        using var verifier = ClerkWebhookVerifier.FromConfiguration(configuration, _clock);
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddClerkSync().Services.BuildServiceProvider();

        Assert.Equal(_secret.Reveal(), Assert.Single(verifier.Secrets).Reveal());
        Assert.Equal(_secret.Reveal(), Assert.Single(services.GetRequiredService<ClerkWebhookVerifier>().Secrets).Reveal());
    }

    [Fact]
    public void The_section_comes_before_the_flat_names_and_an_empty_value_is_none()
    {
        var other = SigningSecret.Create().Reveal();
        using var section = ClerkWebhookVerifier.FromConfiguration(
            Configuration(("ClerkSync:Signing:Secrets:0", _secret.Reveal()), ("CLERK_WEBHOOK_SIGNING_SECRET", other)), _clock);
        using var fallback = ClerkWebhookVerifier.FromConfiguration(
            Configuration(("CLERK_WEBHOOK_SIGNING_SECRET", " "), ("CLERK_WEBHOOK_SECRET", _secret.Reveal())), _clock);

        Assert.Equal(_secret.Reveal(), Assert.Single(section.Secrets).Reveal());
        Assert.Equal(_secret.Reveal(), Assert.Single(fallback.Secrets).Reveal());
    }

    [Fact]
    public void Tolerance_and_body_size_come_from_the_section()
    {
        using var verifier = ClerkWebhookVerifier.FromConfiguration(
            Configuration(("CLERK_WEBHOOK_SECRET", _secret.Reveal()), ("ClerkSync:Signing:ClockTolerance", "00:00:10"), ("ClerkSync:Signing:MaxBodySize", "500")), _clock);
        var signed = Sign(_secret);

        Assert.Equal(500, verifier.MaxBodySize);
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(RefusalReason.TimestampTooOld, verifier.Verify(signed, Body).Refusal?.Reason);
    }

    [Fact]
    public void A_reload_changes_the_secrets_and_a_bad_one_keeps_the_last_good()
    {
        var configuration = Configuration(("CLERK_WEBHOOK_SIGNING_SECRET", _secret.Reveal()));
        using var verifier = ClerkWebhookVerifier.FromConfiguration(configuration, _clock);

        configuration["CLERK_WEBHOOK_SIGNING_SECRET"] = "whsec_damaged!";
        configuration.Reload();
        Assert.True(verifier.Verify(Sign(_secret), Body).IsVerified);
        Assert.NotNull(verifier.SecretProblem);

        configuration["CLERK_WEBHOOK_SIGNING_SECRET"] = "";
        configuration.Reload();
        Assert.Equal(RefusalReason.NoSigningSecret, verifier.Verify(Sign(_secret), Body).Refusal?.Reason);
        Assert.Null(verifier.SecretProblem);

        configuration["CLERK_WEBHOOK_SIGNING_SECRET"] = _secret.Reveal();
        configuration["ClerkSync:Signing:MaxBodySize"] = "much";
        configuration.Reload();
        Assert.Contains("MaxBodySize", verifier.SecretProblem, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_secret_that_is_told_before_anything_about_the_request()
    {
        using var verifier = new ClerkWebhookVerifier(new SigningOptions(), _clock);

        Assert.Equal(RefusalReason.NoSigningSecret, verifier.Verify(new Dictionary<string, string>(StringComparer.Ordinal), default).Refusal?.Reason);
    }

    [Fact]
    public void With_AddClerkSync_the_verifier_takes_configuration_and_code_and_follows_reloads()
    {
        var configuration = Configuration(("CLERK_WEBHOOK_SIGNING_SECRET", _secret.Reveal()));
        var inCode = SigningSecret.Create();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(_clock)
            .AddClerkSync(o => o.Signing.Secrets.Add(inCode.Reveal())).Services
            .BuildServiceProvider();
        var verifier = services.GetRequiredService<ClerkWebhookVerifier>();
        Assert.True(verifier.Verify(Sign(_secret), Body).IsVerified);
        Assert.True(verifier.Verify(Sign(inCode), Body).IsVerified);

        configuration["CLERK_WEBHOOK_SIGNING_SECRET"] = "";
        configuration.Reload();

        Assert.False(verifier.Verify(Sign(_secret), Body).IsVerified);
        Assert.True(verifier.Verify(Sign(inCode), Body).IsVerified);
    }

    [Fact]
    public void With_AddClerkSync_a_damaged_secret_is_reported_with_everything_else_that_is_wrong()
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(Configuration(("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_AAECAwQFBg"), ("ClerkSync:Signing:ClockTolerance", "2.00:00:00")))
            .AddClerkSync().UseSqlite("Data Source=never-opened.db").Services
            .BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ClerkSyncOptions>>().Value);

        Assert.Equal(2, exception.Failures.Count());
        Assert.DoesNotContain("AAECAwQFBg", exception.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Sign(SigningSecret secret) =>
        DeliverySigner.CreateHeaders(new SigningSecrets(secret), "msg_1", Now, Body);

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(v => KeyValuePair.Create<string, string?>(v.Name, v.Value)))
        .Build();
}
