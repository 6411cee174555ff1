using System.Text;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>A server fills an empty mirror, compares it with Clerk each day, and names what it infers.</summary>
public sealed class SyncServiceTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task It_fills_once_and_compares_each_day(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com");
        var (service, _, log) = Service(world);

        Assert.True(await service.TryAsync(CancellationToken.None));
        Assert.Equal([ada.Id], await world.LiveAsync("users"));

        world.Requests.Clear();
        world.Clock.Advance(TimeSpan.FromHours(23));
        world.Clerk.Users.Create("grace@example.com");
        Assert.True(await service.TryAsync(CancellationToken.None));
        Assert.Empty(world.Requests);

        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await service.TryAsync(CancellationToken.None));
        Assert.Equal(2, (await world.LiveAsync("users")).Count);

        // Another server has nothing to do then.
        world.Requests.Clear();
        Assert.True(await Service(world).Service.TryAsync(CancellationToken.None));
        Assert.Equal(["/v1/instance"], world.Requests);
        Assert.DoesNotContain(log.GetSnapshot(), r => r.Level == LogLevel.Error);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Events_that_never_arrive_are_inferred_and_named(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com");
        var grace = world.Clerk.Users.Create("grace@example.com");
        var (service, _, log) = Service(world);
        await service.TryAsync(CancellationToken.None);
        await world.Engine.ReceiveAsync("msg_1", Encoding.UTF8.GetBytes(
            $$"""{"data":{{world.Clerk.Users.ToJson(ada.Id)}},"instance_id":"{{world.Clerk.InstanceId}}","object":"event","timestamp":1785400000900,"type":"user.updated"}"""));
        var team = world.Clerk.Organizations.Create("Harbor", ada.Id);
        world.Clerk.Memberships.Create(team.Id, grace.Id);
        world.Clerk.Users.Delete(grace.Id);
        var linus = world.Clerk.Users.Create("linus@example.com");
        world.Clerk.Memberships.Create(team.Id, linus.Id);
        world.Clock.Advance(TimeSpan.FromDays(1));

        await service.TryAsync(CancellationToken.None);

        var named = log.GetSnapshot().Where(r => r.Id.Id == 5202).Select(r => r.Message).ToArray();
        Assert.Equal(
            [
                "\"user.created\" has never arrived, yet reconcile found 1 in users. Subscribe to it in Clerk's Dashboard, Webhooks, your endpoint.",
                "\"user.deleted\" has never arrived, yet reconcile found 1 in users. Subscribe to it in Clerk's Dashboard, Webhooks, your endpoint.",
                "\"organization.*\" has never arrived, yet reconcile found 1 in organizations. Subscribe to it in Clerk's Dashboard, Webhooks, your endpoint.",
                "\"organizationMembership.*\" has never arrived, yet reconcile found 2 in organization_memberships. Subscribe to it in Clerk's Dashboard, Webhooks, your endpoint.",
            ],
            named);

        // It is remembered although the next comparison finds nothing, until the event arrives.
        world.Clock.Advance(TimeSpan.FromDays(1));
        log.Clear();
        await service.TryAsync(CancellationToken.None);
        Assert.Equal(4, log.GetSnapshot().Count(r => r.Id.Id == 5202));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_key_of_another_instance_is_a_problem_until_it_is_corrected(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        await world.Engine.ExecuteAsync("INSERT INTO {{checkpoints}} (name, value) VALUES ('instance', 'ins_3B91RIADOEaq07LDgixv9xe7Yai')");
        var (service, state, log) = Service(world);

        Assert.False(await service.TryAsync(CancellationToken.None));
        Assert.Contains("ins_3B91RIADOEaq07LDgixv9xe7Yai", state.Problem, StringComparison.Ordinal);
        Assert.Contains(log.GetSnapshot(), r => r.Level == LogLevel.Error);

        await world.Engine.ExecuteAsync("DELETE FROM {{checkpoints}} WHERE name = 'instance'");
        Assert.True(await service.TryAsync(CancellationToken.None));
        Assert.Null(state.Problem);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task While_another_server_does_it_this_one_waits(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var other = new SyncLease(world.Engine.Database.Dialect);
        await other.TryTakeAsync(world.Engine.Database, CancellationToken.None);
        var (service, _, log) = Service(world);

        Assert.True(await service.TryAsync(CancellationToken.None));

        Assert.Equal(["/v1/instance"], world.Requests);
        Assert.Equal(0, log.Count);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task One_list_that_always_fails_does_not_keep_the_others_from_being_compared(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.Clerk.Users.Create("ada@example.com");
        world.OnAnswer = static (request, response) => request.RequestUri!.AbsolutePath == "/v1/waitlist_entries" ? BackfillTests.Refusal(response, 500, "internal_error") : response;
        var (service, _, _) = Service(world);
        await service.TryAsync(CancellationToken.None);
        var grace = world.Clerk.Users.Create("grace@example.com");

        for (var day = 0; day < 4; day++)
        {
            world.Clock.Advance(TimeSpan.FromDays(1));
            await service.TryAsync(CancellationToken.None);
        }

        Assert.Contains(grace.Id, await world.LiveAsync("users"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_backfill_that_never_ends_grows_old_and_is_asked_for_less_and_less(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.OnAnswer = static (request, response) => request.RequestUri!.AbsolutePath == "/v1/waitlist_entries" ? BackfillTests.Refusal(response, 500, "internal_error") : response;
        var (service, _, _) = Service(world);
        var began = world.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var isWell = await service.TryAsync(CancellationToken.None);
        world.Clock.Advance(TimeSpan.FromHours(13));
        await service.TryAsync(CancellationToken.None);

        // status calls a backfill stuck that began more than 12 hours ago; the pause grows only after what was not well.
        Assert.Equal(began, (await new SyncHistory(world.Engine.Database).ReadAsync(CancellationToken.None)).BackfillAt);
        Assert.False(isWell);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_key_of_another_instance_is_noticed_when_a_server_starts(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        await Service(world).Service.TryAsync(CancellationToken.None);
        await world.Engine.ExecuteAsync("UPDATE {{checkpoints}} SET value = 'ins_3B91RIADOEaq07LDgixv9xe7Yai' WHERE name = 'instance'");
        var (service, state, _) = Service(world);

        await service.TryAsync(CancellationToken.None);

        Assert.NotNull(state.Problem);
    }

    private static (SyncService Service, SyncState State, FakeLogCollector Log) Service(SyncWorld world)
    {
        var log = new FakeLogger<SyncService>();
        var state = new SyncState();
        return (new(world.Backfill(), world.Reconciliation(), world.Guard, world.Engine.Migrator, world.Engine.Database, world.Api, new(), state, world.Clock, log), state, log.Collector);
    }
}
