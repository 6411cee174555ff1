using System.Net;
using System.Text;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Cli;

/// <summary>What <c>clerksync status</c> says about backfill and reconcile, and what these say of what they could not do.</summary>
public sealed class StatusOfSyncTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_table_that_could_not_be_compared_is_stuck_with_the_reason(DatabaseKind kind)
    {
        await using var session = await SyncCommandTests.SessionAsync(kind, postgres);
        await session.Cli.RunAsync("backfill");
        await session.Cli.RunAsync("reconcile");
        session.Cli.Time.Advance(TimeSpan.FromDays(1));
        session.Cli.HttpHandler = () => new Wire(session.Clerk.CreateHandler(), "/v1/waitlist_entries", """{"errors":[{"code":"not_acceptable","message":"no"}]}""", HttpStatusCode.NotAcceptable);
        Assert.Equal(1, (await session.Cli.RunAsync("reconcile")).ExitCode);

        var (words, json) = await StatusAsync(session, exitCode: 1);

        Assert.Contains("drift", Codes(json, "stuck"));
        Assert.Contains("reconcile_failed", Codes(json, "stuck"));
        Assert.Matches("\nStuck: waitlist_entries could not be compared with Clerk: .*406.* Last compared to the end: 24 h ago\\.\n  'clerksync serve' tries again", words);
        Assert.Matches("\nReconcile  .*, not to the end, 1 differences left; last to the end: 24 h ago", words);
        var reconcile = json.GetProperty("reconcile");
        Assert.True(reconcile.GetProperty("tried_age_s").GetInt32() < 60);
        Assert.True(reconcile.GetProperty("age_s").GetInt32() >= 86_400);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_listing_that_may_not_be_everything_is_no_case_for_more_deletions(DatabaseKind kind)
    {
        await using var session = await SyncCommandTests.SessionAsync(kind, postgres);
        var users = Enumerable.Range(0, 3).Select(i => session.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        await session.Cli.RunAsync("backfill");
        session.Cli.Time.Advance(TimeSpan.FromHours(1));
        session.Clerk.Users.Delete(users[0].Id);
        session.Cli.HttpHandler = () => new Wire(session.Clerk.CreateHandler(), "/v1/users/count", """{"object":"total_count","total_count":9}""");

        var reconcile = await session.Cli.RunAsync("reconcile");
        var (words, json) = await StatusAsync(session, exitCode: 1);

        Assert.Contains("Nothing is deleted in users: the listing may not be everything", reconcile.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("--max-deletions", reconcile.Out + words, StringComparison.Ordinal);
        Assert.Contains("reconcile_refused", Codes(json, "stuck"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Tables_that_were_filled_and_never_compared_are_stuck_after_three_days(DatabaseKind kind)
    {
        await using var session = await SyncCommandTests.SessionAsync(kind, postgres);
        await session.Cli.RunAsync("backfill");

        session.Cli.Time.Advance(TimeSpan.FromDays(2.9));
        await StatusAsync(session, exitCode: 0);
        session.Cli.Time.Advance(TimeSpan.FromDays(0.2));
        Assert.Equal(["reconcile_overdue"], Codes((await StatusAsync(session, exitCode: 1)).Json, "stuck"));

        // Who compares each week, or never, means it.
        session.Cli.Environment["ClerkSync__Backfill__ReconcileEvery"] = "7.00:00:00";
        await StatusAsync(session, exitCode: 0);
        session.Cli.Environment["ClerkSync__Backfill__ReconcileEvery"] = "00:00:00";
        await StatusAsync(session, exitCode: 0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Events_that_never_arrive_are_a_remark(DatabaseKind kind)
    {
        await using var session = await SyncCommandTests.SessionAsync(kind, postgres);
        await session.Cli.RunAsync("backfill");
        session.Clerk.Organizations.Create("Harbor");
        session.Cli.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await session.Cli.RunAsync("reconcile")).ExitCode);

        var (words, json) = await StatusAsync(session, exitCode: 0);

        Assert.Contains("\nRemark: \"organization.*\" has never arrived, yet reconcile found 1 in organizations.", words, StringComparison.Ordinal);
        Assert.Equal(["events_missing"], Codes(json, "remarks"));
        Assert.Equal("organization.*", json.GetProperty("missing_events")[0].GetProperty("type").GetString());
        Assert.Contains($"Instance   {session.Clerk.InstanceId} (learned)\n", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_dry_run_does_not_promise_to_repair_what_only_a_person_can(DatabaseKind kind)
    {
        await using var session = await SyncCommandTests.SessionAsync(kind, postgres);
        var ada = session.Clerk.Users.Create("ada@example.com");
        await session.Cli.RunAsync("backfill");
        await session.Engine.ReceiveAsync("msg_1", Encoding.UTF8.GetBytes(
            $$"""{"data":{"deleted":true,"id":"{{ada.Id}}","object":"user"},"instance_id":"{{session.Clerk.InstanceId}}","object":"event","timestamp":{{session.Cli.Time.GetUtcNow().ToUnixTimeMilliseconds()}},"type":"user.deleted"}"""));
        session.Cli.Time.Advance(TimeSpan.FromHours(1));

        var alone = await session.Cli.RunAsync("reconcile", "--dry-run");
        session.Clerk.Users.Create("grace@example.com");
        session.Cli.Time.Advance(TimeSpan.FromHours(1));
        var both = await session.Cli.RunAsync("reconcile", "--dry-run");

        Assert.Equal("1 differences. Nothing was changed, and clerksync reconcile leaves them, as said above.", alone.Lines[^1]);
        Assert.Equal("2 differences. Nothing was changed: clerksync reconcile repairs 1 of them, and leaves the others, as said above.", both.Lines[^1]);
    }

    [Fact]
    public async Task Objects_that_the_database_refuses_make_a_backfill_fail()
    {
        await using var session = await SyncCommandTests.SessionAsync(DatabaseKind.Sqlite, postgres);
        var ada = session.Clerk.Users.Create("ada@example.com");
        session.Clerk.Users.Create("grace@example.com");
        await session.Engine.ExecuteAsync($"CREATE TRIGGER refuses BEFORE INSERT ON {{users}} WHEN NEW.id = '{ada.Id}' BEGIN SELECT RAISE(ABORT, 'no'); END");

        var words = await session.Cli.RunAsync("backfill");
        var json = await session.Cli.RunAsync("backfill", "--restart", "--json");

        Assert.Equal((1, 1), (words.ExitCode, json.ExitCode));
        Assert.Contains($"Refused by the database: users {ada.Id}: ", words.Out, StringComparison.Ordinal);
        Assert.Equal("The database refused 1 objects, and they are not in the tables. Remove the cause; 'clerksync reconcile' brings them in.", words.Lines[^1]);
        var result = JsonElement.Parse(json.Lines[^1]);
        Assert.Equal((true, 1), (result.GetProperty("complete").GetBoolean(), result.GetProperty("refused").GetInt32()));
        Assert.Equal("1", await session.Engine.ScalarAsync("SELECT count(*) FROM {users}"));
    }

    private static async Task<(string Words, JsonElement Json)> StatusAsync(SyncCommandTests.Session session, int exitCode)
    {
        var words = await session.Cli.RunAsync("status");
        var json = await session.Cli.RunAsync("status", "--json");
        Assert.Equal((exitCode, exitCode), (words.ExitCode, json.ExitCode));
        return (words.Out, JsonElement.Parse(json.Out));
    }

    private static string[] Codes(JsonElement status, string name) => [.. status.GetProperty(name).EnumerateArray().Select(s => s.GetProperty("code").GetString()!)];

    /// <summary>Answers one path otherwise.</summary>
    private sealed class Wire(HttpMessageHandler inner, string path, string body, HttpStatusCode status = HttpStatusCode.OK) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath == path)
                (response.StatusCode, response.Content) = (status, new StringContent(body, Encoding.UTF8, "application/json"));
            return response;
        }
    }
}
