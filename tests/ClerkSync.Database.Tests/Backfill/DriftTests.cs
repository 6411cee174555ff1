using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>What is a difference from Clerk and what is none, and what comes back when a told deletion is lifted.</summary>
public sealed class DriftTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_member_that_only_the_API_has_is_no_difference(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        await world.Engine.ReceiveAsync("msg_1", Event(world, "user.created", world.Clerk.Users.ToJson(ada.Id), 1785400000000));
        world.PassAnHour();
        world.Clerk.Users.Edit(ada.Id, u => u["requires_password_reset"] = false);

        Assert.Equal(0, (await world.DryRunAsync()).Tables.Single(t => t.Table == "users").DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_state_that_came_inside_another_object_does_not_make_a_row_missing(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        await world.BackfillAsync();
        world.PassAnHour();
        var now = world.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        world.Clerk.Users.Edit(ada.Id, u => (u["last_sign_in_at"], u["updated_at"]) = (now, now));
        var session = new JsonObject
        {
            ["id"] = "sess_1",
            ["object"] = "session",
            ["status"] = "active",
            ["updated_at"] = now,
            ["user_id"] = ada.Id,
            ["user"] = JsonNode.Parse(world.Clerk.Users.ToJson(ada.Id)),
        };
        await world.Engine.ReceiveAsync("msg_1", Event(world, "session.created", session.ToJsonString(), now));
        world.PassAnHour();

        var drift = (await world.DryRunAsync()).Tables.Single(t => t.Table == "users");

        Assert.Equal(0, drift[DriftKind.Missing].Count);
        Assert.Equal(0, drift.DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_told_deletion_can_be_lifted_in_every_table_that_reports_one(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var role = world.Clerk.Roles.Create("org:billing", "Billing");
        await world.BackfillAsync();
        await world.Engine.ReceiveAsync("msg_1", Event(world, "role.deleted", $$"""{"deleted":true,"id":"{{role.Id}}","object":"role"}""", 1785400000900));
        world.PassAnHour();
        Assert.Equal([role.Id], ReconcileTests.Of(await world.ReconcileAsync(), "roles", DriftKind.Tombstoned).Ids);

        var report = await world.ReconcileAsync(new() { LiftedIds = [role.Id] });

        Assert.Null(report.Lifted.Single().Why);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_is_ahead_of_Clerk_is_settled_in_every_table(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var role = world.Clerk.Roles.Create("org:billing", "Billing");
        await world.BackfillAsync();
        await world.Engine.ReceiveAsync("msg_1", Event(
            world, "role.updated", $$"""{"id":"{{role.Id}}","object":"role","key":"org:billing","name":"Forged","updated_at":1885400000000}""", 1785400000900));
        world.PassAnHour();

        await world.ReconcileAsync();

        Assert.Equal(0, (await world.DryRunAsync()).DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Sessions_that_were_erased_with_their_user_do_not_come_back_empty(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        await world.BackfillAsync();
        await world.Engine.ReceiveAsync("msg_1", Event(
            world, "session.created", $$"""{"id":"sess_1","object":"session","status":"active","updated_at":1785400000000,"user_id":"{{ada.Id}}"}""", 1785400000000));
        await world.Engine.ReceiveAsync("msg_2", Event(world, "user.deleted", $$"""{"deleted":true,"id":"{{ada.Id}}","object":"user"}""", 1785400000900));
        world.PassAnHour();

        await world.ReconcileAsync(new() { LiftedIds = [ada.Id] });

        Assert.Equal([ada.Id], await world.LiveAsync("users"));
        Assert.Empty(await world.Engine.QueryAsync("SELECT id FROM {sessions} WHERE deleted_at IS NULL AND data IS NULL"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_stays_dead_with_its_parent_is_not_called_alive(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        world.Clerk.Organizations.Create("Harbor", ada.Id);
        var membership = world.Clerk.Memberships.List().Single();
        await world.BackfillAsync();
        await world.Engine.ReceiveAsync("msg_1", Event(world, "user.deleted", $$"""{"deleted":true,"id":"{{ada.Id}}","object":"user"}""", 1785400000900));
        await world.Engine.ReceiveAsync("msg_2", Event(
            world, "organizationMembership.deleted", $$"""{"id":"{{membership.Id}}","object":"organization_membership","updated_at":1785400000000}""", 1785400000900));
        world.PassAnHour();

        var report = await world.ReconcileAsync(new() { LiftedIds = [membership.Id] });

        Assert.Empty(await world.LiveAsync("organization_memberships"));
        Assert.False(report.Lifted.Single().IsLifted);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_row_whose_events_are_of_the_future_is_named(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var (ada, grace) = (world.Clerk.Users.Create("ada@example.com", "Ada"), world.Clerk.Users.Create("grace@example.com", "Grace"));
        await world.BackfillAsync();
        foreach (var user in new[] { ada, grace })
        {
            await world.Engine.ReceiveAsync($"msg_{user.Id}", Event(
                world, "user.updated", $$"""{"id":"{{user.Id}}","object":"user","first_name":"Forged","updated_at":1885400000000}""", 1885400000000));
        }

        world.Clerk.Users.Delete(ada.Id);
        world.PassAnHour();

        var drift = (await world.DryRunAsync()).Tables.Single(t => t.Table == "users");

        Assert.True(drift.DriftCount + drift.Unproved >= 2, $"Differences that are named: {drift.DriftCount}");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_hidden_row_is_compared_as_well(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 4).Select(i => world.Clerk.Users.Create($"user{i}@example.com", "Old")).ToArray();
        await world.BackfillAsync();
        world.PassAnHour();
        world.Clerk.Users.Update(users[1].Id, new() { ["first_name"] = "New" });
        world.OnAnswer = (request, response) =>
        {
            if (request.RequestUri!.AbsolutePath == "/v1/users" && request.RequestUri.Query.Contains("order_by", StringComparison.Ordinal))
            {
                var page = JsonNode.Parse(response.Content.ReadAsStream())!.AsArray();
                page.Remove(page.First(u => (string?)u!["id"] == users[1].Id));
                response.Content = new StringContent(page.ToJsonString(), Encoding.UTF8, "application/json");
            }
            else if (request.RequestUri.AbsolutePath == "/v1/users/count")
                response.Content = new StringContent("""{"object":"total_count","total_count":3}""", Encoding.UTF8, "application/json");
            return response;
        };

        await world.ReconcileAsync();

        Assert.Equal("New", await world.Engine.ScalarAsync($"SELECT first_name FROM {{users}} WHERE id = '{users[1].Id}'"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_change_of_this_moment_is_not_taken_back_because_Clerk_answers_a_little_late(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        await world.BackfillAsync();
        world.PassAnHour();
        var late = world.Clerk.Users.ToJson(ada.Id);
        world.Clerk.Users.Update(ada.Id, new() { ["first_name"] = "Augusta" });
        await world.Engine.ReceiveAsync("msg_1", Event(world, "user.updated", world.Clerk.Users.ToJson(ada.Id), world.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        world.Clock.Advance(TimeSpan.FromSeconds(3));
        world.OnAnswer = (request, response) =>
        {
            if (request.RequestUri!.AbsolutePath is "/v1/users" || request.RequestUri.AbsolutePath == $"/v1/users/{ada.Id}")
                response.Content = new StringContent(request.RequestUri.AbsolutePath is "/v1/users" ? $"[{late}]" : late, Encoding.UTF8, "application/json");
            return response;
        };

        await world.ReconcileAsync();

        Assert.Equal("Augusta", await world.Engine.ScalarAsync($"SELECT first_name FROM {{users}} WHERE id = '{ada.Id}'"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_only_webhooks_have_is_kept_when_the_answer_came_first(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        await world.BackfillAsync();
        var shown = JsonNode.Parse(world.Clerk.Users.ToJson(ada.Id))!.AsObject();
        shown["scim"] = new JsonObject { ["directory_id"] = "dir_1" };

        await world.Engine.ReceiveAsync("msg_1", Event(world, "user.created", shown.ToJsonString(), 1785400000010));

        Assert.Equal("dir_1", await world.Engine.ScalarAsync($"SELECT scim_directory_id FROM {{users}} WHERE id = '{ada.Id}'"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_hidden_row_keeps_what_only_webhooks_have(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        var shown = JsonNode.Parse(world.Clerk.Users.ToJson(ada.Id))!.AsObject();
        shown["scim"] = new JsonObject { ["directory_id"] = "dir_1" };
        await world.Engine.ReceiveAsync("msg_1", Event(world, "user.created", shown.ToJsonString(), 1785400000010));
        world.PassAnHour();
        world.OnAnswer = static (request, response) =>
        {
            if (request.RequestUri!.Query.Contains("order_by", StringComparison.Ordinal) && request.RequestUri.AbsolutePath == "/v1/users")
                response.Content = new StringContent("[]", Encoding.UTF8, "application/json");
            else if (request.RequestUri.AbsolutePath == "/v1/users/count")
                response.Content = new StringContent("""{"object":"total_count","total_count":0}""", Encoding.UTF8, "application/json");
            return response;
        };

        var report = await world.ReconcileAsync();

        Assert.Equal(1, report.Tables.Single(t => t.Table == "users").Hidden);
        Assert.Equal("dir_1", await world.Engine.ScalarAsync($"SELECT scim_directory_id FROM {{users}} WHERE id = '{ada.Id}'"));
    }

    internal static byte[] Event(SyncWorld world, string type, string data, long at) =>
        Encoding.UTF8.GetBytes($$"""{"data":{{data}},"instance_id":"{{world.Clerk.InstanceId}}","object":"event","timestamp":{{at}},"type":"{{type}}"}""");
}
