using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;
using static ClerkSync.Database.Tests.Backfill.ReconcileTests;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>What Clerk does not have any more is deleted, and nothing else is.</summary>
public sealed class ReconcileDeletionTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_row_that_a_moving_page_hid_stays(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 5).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        var teams = Enumerable.Range(0, 5).Select(i => world.Clerk.Organizations.Create($"Team {i}", users[0].Id)).ToArray();
        var membership = world.Clerk.Memberships.List()[2];
        await world.BackfillAsync();
        world.PassAnHour();
        world.OnAnswer = (request, response) => request.RequestUri!.PathAndQuery switch
        {
            var p when p.StartsWith("/v1/users?limit=500", StringComparison.Ordinal) || p.StartsWith("/v1/users?order_by", StringComparison.Ordinal) => Without(response, users[3].Id),
            var p when p.StartsWith("/v1/organizations?order_by", StringComparison.Ordinal) => Without(response, teams[1].Id),
            var p when p.StartsWith("/v1/organization_memberships?", StringComparison.Ordinal) => Without(response, membership.Id),
            var p when p.StartsWith("/v1/users/count", StringComparison.Ordinal) => Json(response, """{"object":"total_count","total_count":4}"""),
            _ => response,
        };

        var report = await world.ReconcileAsync();

        Assert.Equal(0, report.DriftCount);
        Assert.Equal([1, 1, 1], new[] { "users", "organizations", "organization_memberships" }.Select(t => report.Tables.Single(d => d.Table == t).Hidden));
        Assert.Equal(5, (await world.LiveAsync("users")).Count);
        Assert.Equal(5, (await world.LiveAsync("organizations")).Count);
        Assert.Equal(5, (await world.LiveAsync("organization_memberships")).Count);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_table_is_not_emptied_and_not_more_than_a_tenth_of_it_goes_unless_somebody_says_so(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var teams = Enumerable.Range(0, 18).Select(i => world.Clerk.Organizations.Create($"Team {i}")).ToArray();
        var users = Enumerable.Range(0, 100).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        await world.BackfillAsync();
        world.PassAnHour();
        foreach (var team in teams)
            world.Clerk.Organizations.Delete(team.Id);
        foreach (var user in users.Take(21))
            world.Clerk.Users.Delete(user.Id);

        var report = await world.ReconcileAsync();
        Assert.False(report.IsSettled);
        Assert.Equal("Clerk lists none, and 18 rows of organizations would be deleted", Refusal(report, "organizations"));
        Assert.Equal("21 of 100 rows of users would be deleted, more than a tenth", Refusal(report, "users"));
        Assert.Equal(18, (await world.LiveAsync("organizations")).Count);
        Assert.Equal(100, (await world.LiveAsync("users")).Count);

        report = await world.ReconcileAsync(new() { MaxDeletions = 20 });
        Assert.Equal("21 rows of users would be deleted, and --max-deletions allows 20", Refusal(report, "users"));
        Assert.Empty(await world.LiveAsync("organizations"));

        report = await world.ReconcileAsync(new() { MaxDeletions = 21 });
        Assert.True(report.IsSettled);
        Assert.Equal(79, (await world.LiveAsync("users")).Count);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Twenty_rows_may_go_and_what_goes_with_a_parent_counts(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 60).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        var (small, large) = (world.Clerk.Organizations.Create("Small"), world.Clerk.Organizations.Create("Large"));
        foreach (var user in users.Take(15))
            world.Clerk.Memberships.Create(small.Id, user.Id);
        foreach (var user in users.Skip(15))
            world.Clerk.Memberships.Create(large.Id, user.Id);
        await world.BackfillAsync();
        world.PassAnHour();
        foreach (var user in users.Skip(30).Take(20))
            world.Clerk.Users.Delete(user.Id);

        Assert.True((await world.ReconcileAsync()).IsSettled);
        Assert.Equal(40, (await world.LiveAsync("users")).Count);

        world.PassAnHour();
        world.Clerk.Organizations.Delete(large.Id);
        var report = await world.ReconcileAsync();
        Assert.Equal("25 of 40 rows of organization_memberships would be deleted, more than a tenth", Refusal(report, "organizations"));
        Assert.Equal(2, (await world.LiveAsync("organizations")).Count);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_run_that_was_interrupted_has_deleted_nothing(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 12).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        await world.BackfillAsync();
        world.PassAnHour();
        world.Clerk.Users.Delete(users[0].Id);
        using var killed = new CancellationTokenSource();
        var pages = 0;
        world.OnRequest = path =>
        {
            if (path.StartsWith("/v1/users?order_by", StringComparison.Ordinal) && ++pages == 2)
                killed.Cancel();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Reconciliation().RunAsync(new() { PageSize = 4 }, null, killed.Token));
        Assert.Equal(12, (await world.LiveAsync("users")).Count);

        world.OnRequest = static _ => { };
        var report = await world.ReconcileAsync(new() { PageSize = 4 });
        Assert.Equal([users[0].Id], Of(report, "users", DriftKind.Extra).Ids);
        Assert.Equal(users.Skip(1).Select(u => u.Id).Order(StringComparer.Ordinal), await world.LiveAsync("users"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Nothing_is_deleted_on_a_listing_that_is_not_whole(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 12).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        var team = world.Clerk.Organizations.Create("Harbor", users[0].Id);
        await world.BackfillAsync();
        world.PassAnHour();
        world.Clerk.Users.Delete(users[5].Id);
        world.Clerk.Organizations.Delete(team.Id);
        world.OnAnswer = static (request, response) => request.RequestUri!.PathAndQuery switch
        {
            var p when p.StartsWith("/v1/users?", StringComparison.Ordinal) && p.Contains("starting_after", StringComparison.Ordinal) => Json(response, "[]"),
            var p when p.StartsWith("/v1/organizations?", StringComparison.Ordinal) => BackfillTests.Refusal(response, 500, "internal_error"),
            _ => response,
        };

        var report = await world.ReconcileAsync(new() { PageSize = 4 });

        Assert.Equal("the listing may not be everything: Clerk counts 11 and lists 4", Refusal(report, "users"));
        Assert.Contains("500", report.Tables.Single(t => t.Table == "organizations").Failure, StringComparison.Ordinal);
        Assert.Equal(12, (await world.LiveAsync("users")).Count);
        Assert.Single(await world.LiveAsync("organizations"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_was_alive_minutes_ago_is_no_candidate(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com");
        world.Clerk.Users.Create("grace@example.com");
        await world.BackfillAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(9));
        world.Clerk.Users.Delete(ada.Id);

        Assert.Equal(0, (await world.ReconcileAsync()).DriftCount);
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([ada.Id], Of(await world.ReconcileAsync(), "users", DriftKind.Extra).Ids);
    }

    private static string? Refusal(DriftReport report, string table) => report.Tables.Single(t => t.Table == table).Refusal;

    private static HttpResponseMessage Json(HttpResponseMessage response, string json)
    {
        response.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return response;
    }

    private static HttpResponseMessage Without(HttpResponseMessage response, string id)
    {
        var page = JsonNode.Parse(response.Content.ReadAsStream())!;
        var items = page as JsonArray ?? page["data"]!.AsArray();
        if (items.FirstOrDefault(i => (string?)i!["id"] == id) is { } hidden)
        {
            items.Remove(hidden);
            if (page is JsonObject counted)
                counted["total_count"] = (int)counted["total_count"]! - 1;
        }

        return Json(response, page.ToJsonString());
    }
}
