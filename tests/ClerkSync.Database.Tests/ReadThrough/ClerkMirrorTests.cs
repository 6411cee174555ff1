using ClerkSync.ClerkApi;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.ReadThrough;

/// <summary>Single objects are read from the mirror, and fetched where it has nothing.</summary>
public abstract class ClerkMirrorTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_that_is_missing_is_fetched_once_and_whole()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com", "Ada");
        Assert.Null(await world.Mirror.FindUserAsync(ada.Id, Token));
        Assert.Empty(world.Requests);

        var fetched = await world.Mirror.GetOrFetchUserAsync(ada.Id, Token);
        Assert.Equal(("Ada", "ada@example.com"), (fetched!.FirstName, fetched.EmailAddresses.Single().Address));
        Assert.Equal(ada.Id, (await world.Mirror.GetOrFetchUserAsync(ada.Id, Token))!.Id);
        Assert.Equal(ada.Id, (await world.Mirror.FindUserAsync(ada.Id, Token))!.Id);
        Assert.Equal([$"/v1/users/{ada.Id}"], world.Requests);
        Assert.Equal(
            [["ada@example.com", "2", "read_through", world.World.Clerk.InstanceId, null]],
            await world.World.Engine.QueryAsync("SELECT primary_email_address, sync_completeness, sync_source, instance_id, sync_message_id FROM {users}"));
        Assert.Equal("0", await world.World.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}}"));
        Assert.Equal(0, (await world.World.DryRunAsync()).Tables.Single(t => t.Table == "users").DriftCount);
    }

    [Fact]
    public async Task Fifty_callers_at_the_same_time_make_one_request()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        var release = new TaskCompletionSource();
        world.Hold = release.Task;
        var callers = Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? FoundAsync(world.Mirror, ada.Id) : world.Mirror.EnsureUserAsync(ada.Id, Token)).ToArray();
        await world.Held.Task;
        release.SetResult();
        Assert.All(await Task.WhenAll(callers), Assert.True);
        Assert.Single(world.Requests);
        Assert.Equal("1", await world.World.Engine.ScalarAsync("SELECT count(*) FROM {users}"));
    }

    [Fact]
    public async Task When_all_have_given_up_the_request_ends_and_the_next_caller_makes_another()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        var release = new TaskCompletionSource();
        world.Hold = release.Task;
        using var cancellation = new CancellationTokenSource();
        Task<ClerkSync.Events.User?>[] quitters = [.. Enumerable.Range(0, 3).Select(_ => world.Mirror.GetOrFetchUserAsync(ada.Id, cancellation.Token))];
        await world.Held.Task;
        await cancellation.CancelAsync();
        foreach (var quitter in quitters)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quitter);
        await world.Cancelled.Task;
        release.SetResult();
        Assert.NotNull(await world.Mirror.GetOrFetchUserAsync(ada.Id, Token));
    }

    [Fact]
    public async Task An_id_that_Clerk_does_not_know_is_asked_for_once_in_a_while_and_a_webhook_counts_at_once()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        Assert.Null(await world.Mirror.GetOrFetchUserAsync("user_1", Token));
        Assert.Null(await world.Mirror.GetOrFetchUserAsync("user_1", Token));
        Assert.False(await world.Mirror.EnsureUserAsync("user_1", Token));
        Assert.Single(world.Requests);
        Assert.Equal("0", await world.World.Engine.ScalarAsync("SELECT count(*) FROM {users}"));

        world.World.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await world.Mirror.GetOrFetchUserAsync("user_1", Token));
        Assert.Equal(2, world.Requests.Count);

        await world.World.Engine.ReceiveAsync("msg_1", Bodies.Event("user.created", 0, """{"id":"user_1"}""", world.World.Clerk.InstanceId));
        Assert.NotNull(await world.Mirror.GetOrFetchUserAsync("user_1", Token));
        Assert.Equal(2, world.Requests.Count);
    }

    [Fact]
    public async Task A_deletion_that_Clerk_told_is_final_and_one_that_reconcile_found_is_not()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        await world.Mirror.GetOrFetchUserAsync(ada.Id, Token);
        await world.World.Engine.ExecuteAsync("UPDATE {users} SET proven_absent_at = last_seen_at, deleted_at = last_seen_at, deleted_by = 'reconcile'");
        Assert.Null(await world.Mirror.FindUserAsync(ada.Id, Token));
        world.World.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(await world.Mirror.GetOrFetchUserAsync(ada.Id, Token));
        Assert.Equal(2, world.Requests.Count);

        await world.World.Engine.ReceiveAsync("msg_1", Bodies.Event("user.deleted", 0, $$"""{"id":"{{ada.Id}}","deleted":true}""", world.World.Clerk.InstanceId));
        Assert.Null(await world.Mirror.FindUserAsync(ada.Id, Token));
        Assert.Null(await world.Mirror.GetOrFetchUserAsync(ada.Id, Token));
        Assert.False(await world.Mirror.EnsureUserAsync(ada.Id, Token));
        Assert.Equal(2, world.Requests.Count);
    }

    [Fact]
    public async Task A_stub_is_a_row_but_no_user_and_an_hour_later_it_is_completed()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        Assert.True(await world.MakeMirror(secretKey: null).EnsureUserAsync(ada.Id, Token));
        Assert.Equal([[ada.Id, "0", null]], await world.World.Engine.QueryAsync("SELECT id, sync_completeness, deleted_at FROM {users}"));
        Assert.Null(await world.Mirror.FindUserAsync(ada.Id, Token));
        Assert.True(await world.Mirror.EnsureUserAsync(ada.Id, Token));
        Assert.Empty(world.Requests);

        world.World.PassAnHour();
        world.IsDown = true;
        Assert.True(await world.Mirror.EnsureUserAsync(ada.Id, Token));
        Assert.True(await world.Mirror.EnsureUserAsync(ada.Id, Token));
        Assert.Single(world.Requests);
        world.IsDown = false;
        world.World.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await world.Mirror.EnsureUserAsync(ada.Id, Token));
        Assert.Equal("ada@example.com", (await world.Mirror.FindUserAsync(ada.Id, Token))!.PrimaryEmailAddress);
    }

    [Fact]
    public async Task Who_needs_the_user_gets_a_stub_completed_at_once()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        await world.MakeMirror(secretKey: null).EnsureUserAsync(ada.Id, Token);
        Assert.Equal("ada@example.com", (await world.Mirror.GetOrFetchUserAsync(ada.Id, Token))!.PrimaryEmailAddress);
    }

    [Fact]
    public async Task A_membership_brings_its_organization_and_a_stub_of_its_user()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var clerk = world.World.Clerk;
        var ada = clerk.Users.Create("ada@example.com", "Ada");
        var grace = clerk.Users.Create("grace@example.com");
        var team = clerk.Organizations.Create("Harbor", ada.Id);
        Assert.Null(await world.Mirror.FindMembershipAsync(team.Id, ada.Id, Token));
        var membership = await world.Mirror.GetOrFetchMembershipAsync(team.Id, ada.Id, Token);
        Assert.Equal((team.Id, ada.Id), (membership!.OrganizationId, membership.UserId));
        Assert.NotNull(await world.Mirror.FindMembershipAsync(team.Id, ada.Id, Token));
        Assert.Equal("Harbor", (await world.Mirror.FindOrganizationAsync(team.Id, Token))!.Name);
        Assert.Equal([["Ada", "0"]], await world.World.Engine.QueryAsync("SELECT first_name, sync_completeness FROM {users}"));
        Assert.Single(world.Requests);

        Assert.Null(await world.Mirror.GetOrFetchMembershipAsync(team.Id, grace.Id, Token));
        Assert.Null(await world.Mirror.GetOrFetchMembershipAsync(team.Id, grace.Id, Token));
        Assert.Equal(2, world.Requests.Count);

        await world.World.Engine.ReceiveAsync("msg_1", Bodies.Event("organization.deleted", 0, $$"""{"id":"{{team.Id}}","deleted":true}""", clerk.InstanceId));
        world.World.PassAnHour();
        Assert.Null(await world.Mirror.GetOrFetchMembershipAsync(team.Id, ada.Id, Token));
        Assert.Equal(2, world.Requests.Count);
    }

    [Fact]
    public async Task Who_left_and_joined_again_has_the_new_membership_also_while_the_deletion_of_the_old_one_is_on_its_way()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        await JoinAsync("orgmem_old", 1000, "org:admin");
        await JoinAsync("orgmem_new", 5000, "org:member");
        var found = await world.Mirror.FindMembershipAsync("org_1", "user_1", Token);
        Assert.Equal(("orgmem_new", "org:member"), (found!.Id, found.Role));

        Task JoinAsync(string id, int at, string role) => world.World.Engine.ReceiveAsync(id, Bodies.Event(
            "organizationMembership.created",
            at,
            $$$"""{"id":"{{{id}}}","role":"{{{role}}}","created_at":{{{at}}},"updated_at":{{{at}}},"organization":{"id":"org_1","updated_at":1},"public_user_data":{"user_id":"user_1"}}""",
            world.World.Clerk.InstanceId));
    }

    [Fact]
    public async Task Only_ids_are_asked_for()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var team = world.World.Clerk.Organizations.Create("Harbor");
        foreach (var id in new[] { "", "user_", "org_1", "mch_1", "user_1/../x", "user_1?x", "user_é", null! })
            Assert.Null(await world.Mirror.GetOrFetchUserAsync(id, Token));
        Assert.Null(await world.Mirror.GetOrFetchOrganizationAsync(team.Slug!, Token));
        Assert.Null(await world.Mirror.GetOrFetchMembershipAsync(team.Slug!, "user_1", Token));
        Assert.False(await world.Mirror.EnsureUserAsync("mch_1", Token));
        Assert.Empty(world.Requests);
        Assert.Equal("Harbor", (await world.Mirror.GetOrFetchOrganizationAsync(team.Id, Token))!.Name);
    }

    [Fact]
    public async Task Without_an_answer_there_is_an_error_and_no_row()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        var noKey = await Assert.ThrowsAsync<ClerkApiException>(() => world.MakeMirror(secretKey: null).GetOrFetchUserAsync(ada.Id, Token));
        Assert.Contains("CLERK_SECRET_KEY", noKey.Message, StringComparison.Ordinal);

        world.IsDown = true;
        Assert.True((await Assert.ThrowsAsync<ClerkApiException>(() => world.Mirror.EnsureUserAsync(ada.Id, Token))).IsTransient);
        world.IsDown = false;

        world.Hold = new TaskCompletionSource().Task;
        var late = world.Mirror.GetOrFetchUserAsync(ada.Id, Token);
        while (world.Requests.Count < 2)
            await Task.Yield();
        world.World.Clock.Advance(TimeSpan.FromSeconds(5));
        var tooLate = await Assert.ThrowsAsync<ClerkApiException>(() => late);
        Assert.True(tooLate.IsTransient);
        Assert.Contains("within 5 s", tooLate.Message, StringComparison.Ordinal);
        Assert.Equal("0", await world.World.Engine.ScalarAsync("SELECT count(*) FROM {users}"));
    }

    [Fact]
    public async Task A_key_of_another_instance_writes_nothing()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        Assert.Equal(ReceiveResult.Applied, (await world.World.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0))).Result);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => world.Mirror.GetOrFetchUserAsync(ada.Id, Token));
        Assert.Contains(Bodies.Instance, failure.Message, StringComparison.Ordinal);
        Assert.Equal("1", await world.World.Engine.ScalarAsync("SELECT count(*) FROM {users}"));
    }

    private static async Task<bool> FoundAsync(ClerkMirror mirror, string id) => await mirror.GetOrFetchUserAsync(id, Token) is not null;
}

public sealed class SqliteClerkMirrorTests(PostgresServer postgres) : ClerkMirrorTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlClerkMirrorTests(PostgresServer postgres) : ClerkMirrorTests(DatabaseKind.PostgreSql, postgres);
