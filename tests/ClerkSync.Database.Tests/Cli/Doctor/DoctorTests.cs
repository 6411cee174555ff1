using System.Text.Json;
using ClerkSync.Cli.Diagnosing;
using ClerkSync.Database.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Database.Tests.Cli.Doctor;

/// <summary>What <c>clerksync doctor</c> says where all is well, and in which form.</summary>
public sealed class DoctorTests(PostgresServer postgres)
{
    private static readonly string[] s_checks =
    [
        "configuration", "env_files", "signing_secret", "secret_key", "database", "durability", "schema", "clock", "instance", "subscriptions", "sync", "inbox", "handlers", "projections",
        "endpoint_url", "endpoint", "ngrok",
    ];

    [Fact]
    public async Task Everything_passes_where_all_is_well_on_Sqlite()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);

        var findings = await world.ExamineAsync();

        Assert.Equal(s_checks, findings.Keys);
        Assert.Empty(DoctorWorld.CausesIn(findings));
        Assert.All(findings.Values, f => Assert.Equal("pass", f.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Everything_passes_where_all_is_well_on_PostgreSql()
    {
        await using var durable = new PostgresServer { IsDurable = true };
        await durable.InitializeAsync();
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.PostgreSql, durable);
        world.Cli.Time.AdjustTime(TimeProvider.System.GetUtcNow());

        var findings = await world.ExamineAsync();

        Assert.Equal(s_checks, findings.Keys);
        Assert.Empty(DoctorWorld.CausesIn(findings));
        Assert.Contains("fsync=on, full_page_writes=on", findings["durability"].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("PostgreSQL", findings["database"].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_is_ignored_and_neither_an_event_nor_a_run()
    {
        await using var session = await RunSession.StartAsync(DatabaseKind.Sqlite, postgres, (h, s) => h.AddHandler<Events.ClerkEvent>(o => o.Name = "all", s.Note));
        const string secret = "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ";
        await using var site = await Site.ReceivingAsync(session.Engine, secret);
        session.Cli.Environment["CLERK_WEBHOOK_SIGNING_SECRET"] = secret;
        session.Cli.HttpHandler = new Routes().CreateHandler;

        var outcome = await session.Cli.RunAsync("doctor", "--json", "--url", new Uri(site.Root, Site.Path).ToString());

        Assert.Contains("(result ignored)", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("No message has ever arrived", outcome.Out, StringComparison.Ordinal);
        var stored = (await session.Engine.QueryAsync("SELECT event_type, instance_id, result FROM {{inbox_messages}}")).Single();
        Assert.Equal(["clerksync.probe", "ins_123", "ignored"], stored);
        Assert.Equal("0", await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}}"));
        Assert.Contains("No message of this instance has ever arrived", (await session.Cli.RunAsync("doctor", "--json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_get_a_line_for_each_check_and_below_it_what_to_do()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        world.Cli.Environment.Remove("CLERK_SECRET_KEY");
        await using var wall = await Site.SayingAsync(302, "", ("Location", "https://app.example.com/sign-in?redirect_url=x"));
        world.Routes.Lead("app.example.com", wall.Port);

        var all = await world.Cli.RunAsync("doctor", "--url", DoctorWorld.Url);
        var verbose = await world.Cli.RunAsync("doctor", "--verbose", "--url", DoctorWorld.Url);
        var spotlight = await world.Cli.RunAsync("doctor", "--spotlight", "--url", DoctorWorld.Url);

        Assert.Equal(1, all.ExitCode);
        Assert.Contains("\npass  schema          The tables are those of this version.\n", all.Out, StringComparison.Ordinal);
        Assert.Contains("\nwarn  secret_key      CLERK_SECRET_KEY is not set", all.Out, StringComparison.Ordinal);
        Assert.Contains("\nfail  endpoint        A login stands before the endpoint: it redirects to https://app.example.com/sign-in.", all.Out, StringComparison.Ordinal);
        Assert.Contains("\n                      → Exclude the path from authentication", all.Out, StringComparison.Ordinal);
        Assert.Equal("15 passed, 1 warning, 1 failed.", all.Lines[^1]);
        Assert.DoesNotContain("journal_mode=wal", all.Out, StringComparison.Ordinal);
        Assert.Contains("journal_mode=wal", verbose.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("pass  ", spotlight.Out, StringComparison.Ordinal);
        Assert.Equal(all.Lines[^1], spotlight.Lines[^1]);

        world.Cli.IsTerminal = true;
        world.Cli.Environment["NO_COLOR"] = "1";
        var terminal = await world.Cli.RunAsync("doctor", "--url", DoctorWorld.Url);
        Assert.Equal(1, terminal.ExitCode);
        Assert.Contains("fail  endpoint", terminal.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_development_server_is_found_and_tried_with_its_own_secret()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        const string madeUp = "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ";
        await using var dev = await Site.ReceivingAsync(world.Engine, madeUp);
        var url = new Uri(dev.Root, Site.Path).ToString();
        new ClerkSync.Cli.DevState(url, madeUp, Environment.ProcessId).Write(world.Cli.Folder);
        world.Cli.Environment.Remove("CLERK_WEBHOOK_SIGNING_SECRET");

        var findings = await world.ExamineAsync(url: null, []);

        Assert.Equal(["signing_secret: made_up_secret"], DoctorWorld.CausesIn(findings));
        Assert.Equal("pass", findings["endpoint"].GetProperty("status").GetString());
        Assert.Contains($"POST {url}.", findings["endpoint"].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_development_server_that_was_killed_is_told_apart()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        var dead = await Site.SayingAsync(200, "");
        await dead.DisposeAsync();
        new ClerkSync.Cli.DevState(new Uri(dead.Root, Site.Path).ToString(), "whsec_not a secret", Environment.ProcessId).Write(world.Cli.Folder);

        Assert.Equal(["endpoint: dev_server_gone"], DoctorWorld.CausesIn(await world.ExamineAsync(url: null, ["--secret", world.Clerk.SigningSecret])));
    }

    [Fact]
    public async Task The_secret_of_a_development_server_that_was_killed_counts_for_nothing()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        var dead = await Site.SayingAsync(200, "");
        await dead.DisposeAsync();
        new ClerkSync.Cli.DevState(new Uri(dead.Root, Site.Path).ToString(), "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ", int.MaxValue).Write(world.Cli.Folder);
        world.Cli.Environment.Remove("CLERK_WEBHOOK_SIGNING_SECRET");

        Assert.Equal(["signing_secret: no_signing_secret", "endpoint: dev_server_gone"], DoctorWorld.CausesIn(await world.ExamineAsync(url: null, [])));
    }

    [Fact]
    public async Task A_file_on_a_shared_file_system_is_no_safe_place()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        var configuration = await ExaminedConfiguration.LoadAsync(world.Cli.Host(), [], TestContext.Current.CancellationToken);
        await using var database = new ExaminedDatabase(world.Cli.Host(), configuration.Values, configuration.Options);

        var finding = await new DurabilityCheck(database, _ => new("nfs4", IsShared: true)).LookAsync(TestContext.Current.CancellationToken);
        await world.Engine.DisposeAsync();
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection(world.Database.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = DELETE";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("shared_file_system", finding.Code);
        Assert.Equal("no_write_ahead_log", (await new DurabilityCheck(database, FileSystemKind.Of).LookAsync(TestContext.Current.CancellationToken)).Code);
    }

    [Fact]
    public async Task Options_that_cannot_be_read_hide_none_of_the_rest()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        world.Cli.Environment["ClerkSync__Inbox__PayloadRetention"] = "a while";

        Assert.Equal(["configuration: bad_configuration"], DoctorWorld.CausesIn(await world.ExamineAsync()));
    }

    [Fact]
    public async Task Query_and_password_of_the_address_reach_the_endpoint_and_nobody_else()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        await using var site = await Site.AnsweringAsync(http =>
        {
            Assert.Equal("Basic aGFyYm9yOm9wZW5zZXNhbWU=", http.Request.Headers.Authorization.ToString());
            http.Response.StatusCode = 404;
            return http.Response.WriteAsync($"Cannot POST {http.Request.Path}{http.Request.QueryString}");
        });
        world.Routes.Lead("app.example.com", site.Port);

        var findings = await world.ExamineAsync("https://harbor:opensesame@app.example.com/hook?token=vercel-bypass-42", []);

        Assert.Equal(["endpoint: wrong_path"], DoctorWorld.CausesIn(findings));
        var text = string.Concat(findings.Values.Select(f => f.GetRawText()));
        Assert.All((string[])["opensesame", "vercel-bypass", "token="], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--url", "ftp://app.example.com/x")]
    [InlineData("--ulr", "x")]
    public async Task Wrong_usage_is_told_apart_from_a_sick_set_up(params string[] args)
    {
        using var cli = new CliSession();

        var outcome = await cli.RunAsync(["doctor", "--json", .. args]);

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
        Assert.True(JsonElement.Parse(outcome.Error).TryGetProperty("error", out _));
    }
}
