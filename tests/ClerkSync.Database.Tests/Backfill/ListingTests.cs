using System.Net;
using System.Text;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>Lists that contradict themselves, a lease that has to last, and keys of another instance.</summary>
public sealed class ListingTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_list_that_has_become_shorter_than_the_next_offset_is_still_read_whole(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var teams = Enumerable.Range(0, 12).Select(i => world.Clerk.Organizations.Create($"Team {i}")).ToArray();
        var requests = 0;
        world.OnRequest = path =>
        {
            if (path.StartsWith("/v1/organizations?", StringComparison.Ordinal) && ++requests == 2)
            {
                foreach (var team in teams.Take(9))
                    world.Clerk.Organizations.Delete(team.Id);
            }
        };

        var report = await world.BackfillAsync(pageSize: 6);

        Assert.Null(report.Tables.Single(t => t.Table == "organizations").Gap);
        Assert.Empty(teams.Skip(9).Select(t => t.Id).Except(await world.LiveAsync("organizations"), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_list_that_refuses_every_key_is_not_read_for_ever(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        for (var i = 0; i < 80; i++)
            world.Clerk.Users.Create($"user{i}@example.com");
        using var patience = new CancellationTokenSource();
        var pages = 0;
        world.OnRequest = path =>
        {
            if (path.StartsWith("/v1/users?", StringComparison.Ordinal) && ++pages == 2000)
                patience.Cancel();
        };
        world.OnAnswer = static (request, response) =>
            request.RequestUri!.Query.Contains("starting_after", StringComparison.Ordinal) ? BackfillTests.Refusal(response, 422, "form_param_unknown") : response;

        var report = await world.Backfill(pageSize: 40).RunAsync(fromStart: false, null, patience.Token);

        Assert.NotNull(report.Tables.Single(t => t.Table == "users") is var users ? users.Failure ?? users.Gap : null);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_page_of_a_proxy_is_not_taken_for_a_feature_that_the_instance_does_not_have(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.Clerk.Users.Create("ada@example.com");
        world.Clerk.Organizations.Create("Harbor");
        await world.BackfillAsync();
        world.PassAnHour();
        world.OnAnswer = static (request, response) =>
        {
            if (request.RequestUri!.AbsolutePath == "/v1/organizations")
            {
                response.StatusCode = HttpStatusCode.Forbidden;
                response.Content = new StringContent("<html>blocked</html>", Encoding.UTF8, "text/html");
            }

            return response;
        };

        Assert.False((await world.ReconcileAsync()).IsSettled);
        Assert.False((await world.BackfillAsync()).IsComplete);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task An_instance_that_is_configured_does_not_hide_the_one_that_the_database_is_of(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.Clerk.Users.Create("ada@example.com");
        await world.Engine.ExecuteAsync("INSERT INTO {{checkpoints}} (name, value) VALUES ('instance', 'ins_3B91RIADOEaq07LDgixv9xe7Yai')");
        var guard = new InstanceGuard(world.Engine.Database, world.Api, configured: world.Clerk.InstanceId, learns: true, world.Clock);

        await Assert.ThrowsAsync<WrongInstanceException>(() => world.Backfill(guard: guard).RunAsync(fromStart: false, null, CancellationToken.None));
        Assert.Empty(await world.LiveAsync("users"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task The_lease_is_kept_while_work_goes_on(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var database = world.Engine.Database;
        var other = new SyncLease(database.Dialect);
        var earlier = kind == DatabaseKind.Sqlite ? "strftime('%Y-%m-%dT%H:%M:%fZ', updated_at, '-15 seconds')" : "updated_at - interval '15 seconds'";
        var isRenewed = $"SELECT count(*) FROM {{{{checkpoints}}}} WHERE name = 'sync_lease' AND updated_at > {database.Dialect.Now("50000")}";

        var beats = await SyncLease.HoldAsync(
            database,
            world.Clock,
            NullLogger.Instance,
            async (_, lost) =>
            {
                // The lease lasts for one minute of the database's clock.
                for (var beat = 0; beat < 10; beat++)
                {
                    await world.Engine.ExecuteAsync($"UPDATE {{{{checkpoints}}}} SET updated_at = {earlier} WHERE name = 'sync_lease'");
                    await Patience.UntilAsync("a sign of life", async () => await world.Engine.ScalarAsync(isRenewed) == "1", () => world.Clock.Advance(TimeSpan.FromSeconds(5)));
                    Assert.False(await other.TryTakeAsync(database, CancellationToken.None));
                    Assert.False(lost.IsCancellationRequested);
                }

                return 10;
            },
            CancellationToken.None);

        Assert.Equal(10, beats);
        Assert.True(await other.TryTakeAsync(database, CancellationToken.None));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Who_lost_the_lease_stops(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);

        await Assert.ThrowsAsync<SyncLeaseLostException>(() => SyncLease.HoldAsync(
            world.Engine.Database,
            world.Clock,
            NullLogger.Instance,
            async (_, lost) =>
            {
                await world.Engine.ExecuteAsync("UPDATE {{checkpoints}} SET value = 'another server' WHERE name = 'sync_lease'");
                await Patience.UntilAsync("the loss", () => lost.IsCancellationRequested, () => world.Clock.Advance(TimeSpan.FromSeconds(10)));
                lost.ThrowIfCancellationRequested();
                return true;
            },
            CancellationToken.None));
    }
}
