using System.Diagnostics;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Diagnosing;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>The doctor refuses what <c>serve</c> refuses, and reads what other commands cannot.</summary>
public sealed class ConfigurationCheckTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("CLERKSYNC_URLS", "nonsense", "bad_url")]
    [InlineData("PORT", "abc", "bad_port")]
    [InlineData("CLERKSYNC_FORWARD_TO", "ftp://x", "bad_configuration")]
    [InlineData("CLERKSYNC_FORWARD_TO", "8787", "bad_forwards")]
    [InlineData("CLERKSYNC_RELAY_URL", "https://relay.example.com", "bad_relay_url")]
    [InlineData("CLERKSYNC_ADMIN_URLS", "http://0.0.0.0:8788", "no_admin_token")]
    public async Task What_serve_refuses_is_named_with_the_same_code(string name, string value, string code)
    {
        _run.Environment[name] = value;

        var finding = await LookAsync();

        Assert.Equal(code, finding.Code);
        var serve = await _run.RunAsync("serve", "--dev");
        Assert.NotEqual(0, serve.ExitCode);
        Assert.Contains(finding.Message, serve.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_that_is_no_number_is_named()
    {
        _run.Environment["ClerkSync__Signing__MaxBodySize"] = "a lot";

        Assert.Equal("bad_configuration", (await LookAsync()).Code);
    }

    [Fact]
    public async Task A_projection_with_a_mistake_is_named()
    {
        _run.Write("clerksync.json", """{ "projections": [{ "tabel": "users" }] }""");

        Assert.Equal("bad_projections", (await LookAsync()).Code);
    }

    [Fact]
    public async Task The_usual_configuration_passes()
    {
        _run.Write("clerksync.json", """{ "forwards": [{ "to": "localhost:3000" }], "relayUrl": "off" }""");
        _run.Environment["PORT"] = "8080";

        Assert.Equal(CheckStatus.Pass, (await LookAsync()).Status);
    }

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_is_waited_for_no_longer_than_its_time()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such pipes.");
        var pipe = Path.Join(_run.Directory, ".env");
        using (var process = Process.Start("mkfifo", [pipe]))
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _run.Environment["CLERK_SECRET_KEY"] = "sk_test_x";

        var loading = ExaminedConfiguration.LoadAsync(_run.Host(), [], TestContext.Current.CancellationToken);
        _run.Time.Advance(TimeSpan.FromSeconds(10));
        var configuration = await loading;

        Assert.Equal("file_does_not_end", configuration.Mistake!.Code);
        Assert.StartsWith(".env had not been read", configuration.Mistake.Message, StringComparison.Ordinal);
        Assert.Equal("sk_test_x", configuration.Options.ClerkApi.SecretKey);
        Assert.Null((await new EnvFilesCheck(_run.Host(), configuration.Values).LookAsync(TestContext.Current.CancellationToken)).Code);

        // lets the reader go
        await using (File.Open(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
        }
    }

    [Theory]
    [InlineData("http_proxy", "HTTP_PROXY")]
    public async Task Names_that_differ_in_their_case_only_keep_no_check_from_its_turn(string one, string other)
    {
        (_run.Environment[one], _run.Environment[other], _run.Environment["CLERK_SECRET_KEY"]) = ("http://a", "http://b", "sk_test_x");

        var configuration = await ExaminedConfiguration.LoadAsync(_run.Host(), [(Setting.Database, "sqlite:x.db")], TestContext.Current.CancellationToken);

        Assert.Equal(("sk_test_x", "sqlite:x.db"), (configuration.Options.ClerkApi.SecretKey, configuration.Values.Get(Setting.Database)));
    }

    [Fact]
    public async Task A_working_directory_that_is_gone_keeps_no_check_from_its_turn()
    {
        _run.WorkingDirectory = Path.Join(_run.Directory, "gone");

        Assert.Equal("configuration_failed", (await LookAsync()).Code);
    }

    private async Task<Finding> LookAsync()
    {
        var configuration = await ExaminedConfiguration.LoadAsync(_run.Host(), [], TestContext.Current.CancellationToken);
        return await new ConfigurationCheck(configuration).LookAsync(TestContext.Current.CancellationToken);
    }
}
