using ClerkSync.Cli;
using ClerkSync.Cli.Configuration;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Tests.Cli;

public sealed class CliConfigurationTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void What_stands_earlier_wins()
    {
        _run.Write("clerksync.json", """{ "database": "sqlite:json.db" } // a comment is fine""");
        Assert.Equal("sqlite:json.db", Load().Get(Setting.Database));
        _run.Write(".env", "CLERKSYNC_DATABASE=sqlite:env.db");
        Assert.Equal("sqlite:env.db", Load().Get(Setting.Database));
        _run.Write(".env.local", "CLERKSYNC_DATABASE=sqlite:local.db");
        Assert.Equal("sqlite:local.db", Load().Get(Setting.Database));
        _run.Environment["CLERKSYNC_DATABASE"] = "sqlite:environment.db";
        Assert.Equal("sqlite:environment.db", Load().Get(Setting.Database));
        Assert.Equal("sqlite:flag.db", CliConfiguration.Load(_run.Host(), (Setting.Database, "sqlite:flag.db")).Get(Setting.Database));
        Assert.Equal("sqlite:environment.db", CliConfiguration.Load(_run.Host(), (Setting.Database, null)).Get(Setting.Database));
    }

    [Fact]
    public void Our_own_name_counts_before_the_one_shared_with_other_programs()
    {
        _run.Environment["DATABASE_URL"] = "postgresql://other";
        _run.Write(".env", "CLERKSYNC_DATABASE=sqlite:ours.db");

        Assert.Equal("sqlite:ours.db", Load().Get(Setting.Database));
    }

    [Fact]
    public void An_empty_value_sets_nothing()
    {
        _run.Write(".env", "CLERK_WEBHOOK_SIGNING_SECRET=whsec_below");
        _run.Write(".env.local", "CLERK_WEBHOOK_SIGNING_SECRET=\n");
        _run.Environment["CLERK_WEBHOOK_SIGNING_SECRET"] = "";

        Assert.Equal("whsec_below", Load().Get(Setting.SigningSecret));
    }

    [Fact]
    public void Sections_for_the_library_pass_through()
    {
        _run.Write("clerksync.json", """{ "ClerkSync": { "Path": "/hooks" } }""");
        _run.Environment["ClerkSync__Receiving__Limit"] = "7";

        Assert.Equal("/hooks", Load()["ClerkSync:Path"]);
        Assert.Equal("7", Load()["ClerkSync:Receiving:Limit"]);
    }

    [Fact]
    public async Task A_file_that_is_not_json_is_named_with_its_line()
    {
        _run.Write("clerksync.json", "{\n  \"database\": \"sqlite:a.db\"\n  \"x\": 1\n}");

        var result = await _run.RunAsync("trigger", "user.created", "--print");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Contains("clerksync.json is not JSON: line 3", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_setting_in_the_file_is_named_with_the_right_one()
    {
        _run.Write("clerksync.json", """{ "databse": "sqlite:a.db" }""");

        var result = await _run.RunAsync("trigger", "user.created", "--print");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Contains("clerksync.json has 'databse', which is not a setting.", result.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'database'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_file_is_read_again_and_a_broken_one_changes_nothing()
    {
        _run.Write("clerksync.json", """{ "signingSecret": "whsec_first" }""");
        var error = new StringWriter();
        var builder = new ConfigurationBuilder();
        CliConfiguration.AddTo(builder, _run.Host(error: error), [], watch: false);
        var configuration = builder.Build();

        _run.Write("clerksync.json", """{ "signingSecret": "whsec_second" }""");
        configuration.Reload();
        Assert.Equal("whsec_second", configuration.Get(Setting.SigningSecret));

        _run.Write("clerksync.json", """{ "signingSecret": "whsec_third""");
        configuration.Reload();
        Assert.Equal("whsec_second", configuration.Get(Setting.SigningSecret));
        Assert.Contains("clerksync.json was changed and cannot be read any more", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", error.ToString(), StringComparison.Ordinal);

        _run.Write(".env.local", "CLERK_WEBHOOK_SIGNING_SECRET=whsec_fourth");
        configuration.Reload();
        Assert.Equal("whsec_fourth", configuration.Get(Setting.SigningSecret));
    }

    [Fact]
    public void Only_our_own_odd_lines_are_told_and_never_their_values()
    {
        _run.Write(".env", "SOMEBODY: else\nOTHER=\"never closed\nCLERK_WEBHOOK_SIGNING_SECRET=\"whsec_hidden");
        var error = new StringWriter();

        CliConfiguration.Load(_run.Host(error: error));

        Assert.Equal("warning: .env line 3: CLERK_WEBHOOK_SIGNING_SECRET opens a quote that is never closed.\n", error.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Names_that_differ_in_their_case_alone_stop_nothing()
    {
        _run.Environment["http_proxy"] = "http://proxy.example:3128";
        _run.Environment["HTTP_PROXY"] = "http://proxy.example:3128";
        _run.Environment["clerksync_database"] = "sqlite:lower.db";
        _run.Environment["CLERKSYNC_DATABASE"] = "sqlite:exact.db";
        _run.Environment["Clerksync_Database"] = "sqlite:mixed.db";

        Assert.Equal("sqlite:exact.db", Load().Get(Setting.Database));
    }

    private IConfigurationRoot Load() => CliConfiguration.Load(_run.Host());
}
