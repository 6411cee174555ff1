using ClerkSync.Cli.Diagnosing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>Checks that need neither a database nor a server.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("pass", null, "38 characters, ends in 8LdQ.", CliRun.Secret)]
    [InlineData("pass", null, "38 characters, ends in 8LdQ. 38 characters, ends in AAAA.", CliRun.Secret + " whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("fail", "no_signing_secret", null, "")]
    [InlineData("fail", "bad_signing_secret", "Seen: 36 characters, ends in k68L.", "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68L")]
    [InlineData("fail", "bad_signing_secret", "Seen: 24 characters, ends in WxlZ.", "sk_live_abcdefghijkmWxlZ")]
    [InlineData("fail", "bad_signing_secret", "Seen: 24 characters, ends in WxlZ.", "pk_test_abcdefghijkmWxlZ")]
    [InlineData("fail", "bad_signing_secret", "Seen: 9 characters.", "whsec_xyz")]
    [InlineData("fail", "not_expanded", "Seen: 13 characters.", "$CLERK_SECRET")]
    [InlineData("fail", "not_expanded", "Seen: 15 characters.", "${CLERK_SECRET}")]
    [InlineData("fail", "bad_signing_secret", "Seen: 40 characters, ends in LdQ\".", "\"" + CliRun.Secret + "\"")]
    [InlineData("warn", "short_signing_secret", "Seen: 26 characters, ends in DA==.", "whsec_AQIDBAUGBwgJCgsMDA==")]
    [InlineData("warn", "white_space_around_secret", "Seen: 38 characters, ends in 8LdQ.", CliRun.Secret + "\n")]
    public async Task A_signing_secret_is_looked_at_and_not_shown(string status, string? code, string? detail, string secret)
    {
        var finding = await new SigningSecretCheck(Values(("CLERK_WEBHOOK_SIGNING_SECRET", secret)), running: null).LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal((status, code, detail), (finding.Status.ToString().ToLowerInvariant(), finding.Code, finding.Detail));
        Assert.DoesNotContain(secret.Length > 20 ? secret[..20] : "whsec_xyz", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_names_that_differ_are_a_warning_and_equal_ones_are_not()
    {
        var different = Values(("CLERK_WEBHOOK_SIGNING_SECRET", CliRun.Secret), ("CLERK_WEBHOOK_SECRET", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        var equal = Values(("CLERK_WEBHOOK_SIGNING_SECRET", CliRun.Secret), ("CLERK_WEBHOOK_SECRET", CliRun.Secret + " "));

        Assert.Equal("two_signing_secrets", (await new SigningSecretCheck(different, null).LookAsync(TestContext.Current.CancellationToken)).Code);
        Assert.Null((await new SigningSecretCheck(equal, null).LookAsync(TestContext.Current.CancellationToken)).Code);
    }

    [Theory]
    [InlineData("no_secret_key", null)]
    [InlineData("bad_secret_key", "pk_live_abcdefghijklmnop")]
    [InlineData("bad_secret_key", CliRun.Secret)]
    [InlineData("bad_secret_key", "abcdefghijklmnopqrstuvwxyz")]
    [InlineData("not_expanded", "$MY_OTHER_VARIABLE")]
    public async Task A_secret_key_that_is_none_is_not_sent_to_Clerk(string code, string? key)
    {
        var clerk = new AskedClerk(_run.Host(), new() { SecretKey = key });
        _run.HttpHandler = () => throw new InvalidOperationException("Nobody is asked.");

        var finding = await new SecretKeyCheck(clerk, Values()).LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal(code, finding.Code);
        Assert.DoesNotContain(key ?? "sk_live_a", finding.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pass", null, "https://app.example.com/hook")]
    [InlineData("pass", null, "http://localhost:3000/hook")]
    [InlineData("pass", null, "https://[2600:1f24::1]/hook")]
    [InlineData("warn", "not_https", "http://app.example.com/hook")]
    [InlineData("warn", "private_address", "https://192.168.1.7/hook")]
    [InlineData("warn", "private_address", "https://[fd12::7]/hook")]
    [InlineData("warn", "private_address", "https://api.internal/hook")]
    [InlineData("warn", "private_address", "https://backend/hook")]
    [InlineData("warn", "not_checked", null)]
    public async Task An_address_is_one_that_Clerk_can_deliver_to(string status, string? code, string? url)
    {
        var target = url is null ? null : new EndpointTarget(new(url), null, IsGiven: true);

        var finding = await new EndpointUrlCheck(target).LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal((status, code), (finding.Status.ToString().ToLowerInvariant(), finding.Code));
    }

    [Theory]
    [InlineData(".env.production", "Put it into .env.local.")]
    [InlineData(".env.development.local", "Put it into .env.local.")]
    [InlineData("../.env.local", "Start ClerkSync in that folder")]
    public async Task A_file_that_is_not_read_is_named(string file, string remedy)
    {
        _run.WorkingDirectory = Directory.CreateDirectory(Path.Join(_run.Directory, "web")).FullName;
        _run.Write(Path.Join("web", file), "CLERK_SECRET_KEY=sk_test_abcdefgh");

        var missing = await new EnvFilesCheck(_run.Host(), Values()).LookAsync(TestContext.Current.CancellationToken);
        var given = await new EnvFilesCheck(_run.Host(), Values(("CLERK_SECRET_KEY", "sk_test_x"))).LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal("env_file_not_read", missing.Code);
        Assert.Contains("has CLERK_SECRET_KEY, and is not read", missing.Message, StringComparison.Ordinal);
        Assert.StartsWith(remedy, missing.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test_abcdefgh", missing.ToString(), StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Pass, given.Status);
    }

    [Theory]
    [InlineData("CLERK_WEBHOK_SIGNING_SECRET", "CLERK_WEBHOOK_SIGNING_SECRET")]
    [InlineData("CLERK_SECRET", "CLERK_SECRET_KEY")]
    [InlineData("CLERK_JWT_KEY", null)]
    [InlineData("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", null)]
    [InlineData("CLERK_SIGN_IN_URL", null)]
    public async Task A_name_that_is_almost_a_setting_is_named(string name, string? meant)
    {
        _run.Write(".env.local", $"{name}=sk_test_abcdefgh");

        var finding = await new EnvFilesCheck(_run.Host(), Values()).LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal(meant is null ? null : "setting_mistyped", finding.Code);
        Assert.Contains(meant is null ? "" : $"{name}, which is no setting, and {meant} is not set", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test_abcdefgh", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_fails_or_hangs_keeps_none_of_the_others_from_its_turn()
    {
        var time = new FakeTimeProvider();
        var hangs = new Hanging();
        var examination = Examination.RunAsync([new Throwing(), hangs, new Throwing()], time, TestContext.Current.CancellationToken);
        await hangs.Begun.Task;
        time.Advance(hangs.Limit);

        var findings = await examination;

        Assert.Equal(["check_failed", "timed_out", "check_failed"], findings.Select(f => f.Code));
        Assert.DoesNotContain("opensesame", string.Concat(findings), StringComparison.Ordinal);
    }

    private static IConfigurationRoot Values(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build();

    private sealed class Throwing() : Check("throwing")
    {
        public override Task<Finding> LookAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("the password is opensesame");
    }

    /// <summary>It does not look at its token.</summary>
    private sealed class Hanging() : Check("hanging")
    {
        public TaskCompletionSource Begun { get; } = new();

        public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
        {
            Begun.SetResult();
            await new TaskCompletionSource().Task;
            return Pass("never");
        }
    }
}
