using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;

namespace ClerkSync.Database.Tests.Cli;

/// <summary><c>clerksync backfill</c> and <c>clerksync reconcile</c>.</summary>
public sealed class SyncCommandTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Backfill_reports_and_reconcile_finds_no_difference_afterwards(DatabaseKind kind)
    {
        await using var session = await SessionAsync(kind);
        var ada = session.Clerk.Users.Create("ada@example.com");

        session.Cli.Time.Advance(TimeSpan.FromHours(1));
        var dry = await session.Cli.RunAsync("reconcile", "--dry-run");
        Assert.Equal(1, dry.ExitCode);
        Assert.Contains($"missing  users  {ada.Id}\n", dry.Out, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed: clerksync reconcile repairs them.\n", dry.Out, StringComparison.Ordinal);

        var backfill = await session.Cli.RunAsync("backfill");
        Assert.Equal(0, backfill.ExitCode);
        Assert.Matches(@"users +1 +1 +0 ", backfill.Out);
        Assert.Contains("users: 1 of 1, done\n", backfill.Error, StringComparison.Ordinal);

        var after = await session.Cli.RunAsync("reconcile", "--dry-run");
        Assert.Equal((0, "No differences."), (after.ExitCode, after.Lines[^1]));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Json_tells_progress_and_result(DatabaseKind kind)
    {
        await using var session = await SessionAsync(kind);
        session.Clerk.Users.Create("ada@example.com");

        var backfill = await session.Cli.RunAsync("backfill", "--json");
        JsonElement[] lines = [.. backfill.Lines.Select(l => JsonElement.Parse(l))];
        Assert.Contains(lines, l => l.GetProperty("type").GetString() == "progress" && l.GetProperty("table").GetString() == "users" && l.GetProperty("done").GetBoolean());
        Assert.True(lines[^1].GetProperty("complete").GetBoolean());
        Assert.Equal(1, lines[^1].GetProperty("tables").GetProperty("users").GetProperty("written").GetInt32());

        var reconcile = await session.Cli.RunAsync("reconcile", "--json");
        var result = JsonElement.Parse(reconcile.Lines[^1]);
        Assert.Equal((0, 0, true), (reconcile.ExitCode, result.GetProperty("drift").GetInt32(), result.GetProperty("settled").GetBoolean()));

        var status = JsonElement.Parse((await session.Cli.RunAsync("status", "--json")).Out);
        Assert.Equal("complete", status.GetProperty("backfill").GetProperty("state").GetString());
        Assert.Equal((0, 0), (status.GetProperty("reconcile").GetProperty("age_s").GetInt32(), status.GetProperty("reconcile").GetProperty("open").GetInt32()));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_tripped_brake_says_why_and_how_to_release_it(DatabaseKind kind)
    {
        await using var session = await SessionAsync(kind);
        var teams = Enumerable.Range(0, 18).Select(i => session.Clerk.Organizations.Create($"Team {i}")).ToArray();
        await session.Cli.RunAsync("backfill");
        session.Cli.Time.Advance(TimeSpan.FromHours(1));
        foreach (var team in teams)
            session.Clerk.Organizations.Delete(team.Id);

        var refused = await session.Cli.RunAsync("reconcile");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Nothing is deleted in organizations: Clerk lists none, and 18 rows of organizations would be deleted.", refused.Out, StringComparison.Ordinal);

        var status = await session.Cli.RunAsync("status");
        Assert.Equal(1, status.ExitCode);
        Assert.Contains("Differences from Clerk that the last comparison left: 18.", status.Out, StringComparison.Ordinal);

        var released = await session.Cli.RunAsync("reconcile", "--max-deletions", "18");
        Assert.Equal(0, released.ExitCode);
        Assert.Equal(18, released.Lines.Count(l => l.StartsWith("extra  organizations  org_", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_terminal_shows_bars_and_the_same_report()
    {
        await using var session = await SessionAsync(DatabaseKind.Sqlite);
        session.Clerk.Users.Create("ada@example.com");
        session.Cli.IsTerminal = true;
        session.Cli.Environment["NO_COLOR"] = "1";

        var backfill = await session.Cli.RunAsync("backfill");

        Assert.Equal((0, ""), (backfill.ExitCode, backfill.Error));
        Assert.Contains("1 of 1", backfill.Out, StringComparison.Ordinal);
        Assert.Contains("organization_memberships", backfill.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Mistakes_are_named(DatabaseKind kind)
    {
        await using var session = await SessionAsync(kind);

        var negative = await session.Cli.RunAsync("reconcile", "--max-deletions", "-1");
        Assert.Equal(2, negative.ExitCode);
        session.Cli.Environment["CLERK_SECRET_KEY"] = "sk_test_wrong";
        var wrongKey = await session.Cli.RunAsync("backfill", "--json");
        Assert.Equal(1, wrongKey.ExitCode);
        Assert.Contains("401", wrongKey.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test_wrong", wrongKey.Error + wrongKey.Out, StringComparison.Ordinal);
        session.Cli.Environment.Remove("CLERK_SECRET_KEY");
        var noKey = await session.Cli.RunAsync("backfill");
        Assert.Equal(2, noKey.ExitCode);
        Assert.Contains("CLERK_SECRET_KEY", noKey.Error, StringComparison.Ordinal);
    }

    private Task<Session> SessionAsync(DatabaseKind kind) => SessionAsync(kind, postgres);

    /// <summary>The command line with a Clerk, and with a database that belongs to its instance.</summary>
    internal static async Task<Session> SessionAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var database = await TestDatabase.CreateAsync(kind, postgres);
        var cli = new CliSession(database);
        var engine = await Engine.StartAsync(database, clock: cli.Time);
        var clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = cli.Time, SecretKey = "sk_live_emulator", RequestsPerTenSeconds = int.MaxValue });
        cli.HttpHandler = clerk.CreateHandler;
        cli.Environment["CLERK_SECRET_KEY"] = clerk.SecretKey;
        cli.Environment["ClerkSync__ClerkApi__RequestsPerTenSeconds"] = "100000";
        cli.Environment["ClerkSync__ClerkApi__BudgetPercent"] = "100";
        return new(database, cli, engine, clerk, PassWaitsAsync(cli));
    }

    /// <summary>The budget spreads requests over the time, which stands still here: its short waits pass at once. The long timers are time limits.</summary>
    internal static async Task PassWaitsAsync(CliSession cli)
    {
        await foreach (var wait in cli.Timers.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (wait > TimeSpan.Zero && wait < TimeSpan.FromSeconds(1))
                cli.Time.Advance(wait);
        }
    }

    internal sealed record Session(TestDatabase Database, CliSession Cli, Engine Engine, ClerkEmulator Clerk, Task Waits) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Cli.Timers.Writer.Complete();
            await Waits;
            Cli.Dispose();
            await Engine.DisposeAsync();
            await Clerk.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
