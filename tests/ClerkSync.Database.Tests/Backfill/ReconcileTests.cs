using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>Every difference from Clerk is found, repaired where that is safe, and named where it is not.</summary>
public sealed class ReconcileTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_is_missing_or_old_is_named_and_repaired(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        await world.BackfillAsync();
        world.PassAnHour();
        world.Clerk.Users.Update(ada.Id, new() { ["first_name"] = "Augusta" });
        var grace = world.Clerk.Users.Create("grace@example.com");
        var recent = (await world.DryRunAsync()).Tables.Single(t => t.Table == "users");
        Assert.Equal((0, 2), (recent.DriftCount, recent.Recent));
        world.PassAnHour();

        var dry = await world.DryRunAsync();
        Assert.Equal([ada.Id], Of(dry, "users", DriftKind.Stale).Ids);
        Assert.Equal([grace.Id], Of(dry, "users", DriftKind.Missing).Ids);
        Assert.False(dry.IsSettled);
        Assert.Equal("Ada", await world.Engine.ScalarAsync($"SELECT first_name FROM {{users}} WHERE id = '{ada.Id}'"));

        var report = await world.ReconcileAsync();
        Assert.Equal((2, 0, true), (report.DriftCount, report.OpenCount, report.IsSettled));
        Assert.Equal("Augusta", await world.Engine.ScalarAsync($"SELECT first_name FROM {{users}} WHERE id = '{ada.Id}'"));
        Assert.Equal(0, (await world.DryRunAsync()).DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_user_deleted_while_nobody_listened_goes_with_all_that_hangs_on_it(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var (ada, grace) = (world.Clerk.Users.Create("ada@example.com"), world.Clerk.Users.Create("grace@example.com"));
        var team = world.Clerk.Organizations.Create("Harbor", ada.Id);
        var membership = world.Clerk.Memberships.Create(team.Id, grace.Id);
        await world.BackfillAsync();
        await world.Engine.ReceiveAsync("msg_1", Session(grace.Id, world.Clerk.InstanceId));
        world.PassAnHour();
        world.Clerk.Users.Delete(grace.Id);

        var dry = await world.DryRunAsync();
        Assert.Equal([grace.Id], Of(dry, "users", DriftKind.Extra).Ids);
        Assert.Equal([membership.Id], Of(dry, "organization_memberships", DriftKind.Extra).Ids);
        Assert.Equal(2, (await world.LiveAsync("users")).Count);

        var report = await world.ReconcileAsync();
        Assert.True(report.IsSettled);
        Assert.Equal([ada.Id], await world.LiveAsync("users"));
        Assert.Empty(await world.LiveAsync("sessions"));
        Assert.DoesNotContain(membership.Id, await world.LiveAsync("organization_memberships"));
        Assert.Equal(["reconcile", null, "0"], (await world.Engine.QueryAsync($"SELECT deleted_by, told_deleted_at, data IS NULL FROM {{users}} WHERE id = '{grace.Id}'"))[0]);
        Assert.Equal(["cascade"], (await world.Engine.QueryAsync("SELECT deleted_by FROM {sessions}"))[0]);
        Assert.Equal(0, (await world.DryRunAsync()).DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_row_that_is_ahead_of_Clerk_is_asked_for_settled_and_named(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        await world.BackfillAsync();
        var future = Encoding.UTF8.GetBytes($$"""
            {"data":{"created_at":1785400000000,"first_name":"Impostor","id":"{{ada.Id}}","object":"user","updated_at":1885400000000},"instance_id":"{{world.Clerk.InstanceId}}","object":"event","timestamp":1785400000500,"type":"user.updated"}
            """);
        await world.Engine.ReceiveAsync("msg_1", future);
        world.PassAnHour();

        Assert.Equal([ada.Id], Of(await world.DryRunAsync(), "users", DriftKind.Ahead).Ids);
        var report = await world.ReconcileAsync();

        Assert.Equal((1, 1), (Of(report, "users", DriftKind.Ahead).Count, Of(report, "users", DriftKind.Ahead).Settled));
        Assert.Contains($"/v1/users/{ada.Id}", world.Requests);
        Assert.Equal("Ada", await world.Engine.ScalarAsync($"SELECT first_name FROM {{users}} WHERE id = '{ada.Id}'"));
        Assert.Equal(0, (await world.DryRunAsync()).DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_told_deletion_of_what_Clerk_still_has_is_lifted_by_command_only(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        var team = world.Clerk.Organizations.Create("Harbor", ada.Id);
        var membership = world.Clerk.Memberships.List().Single();
        await world.BackfillAsync();
        await world.Engine.ReceiveAsync("msg_1", Encoding.UTF8.GetBytes(
            $$"""{"data":{"deleted":true,"id":"{{ada.Id}}","object":"user"},"instance_id":"{{world.Clerk.InstanceId}}","object":"event","timestamp":1785400000900,"type":"user.deleted"}"""));
        world.PassAnHour();

        var report = await world.ReconcileAsync();
        Assert.Equal([ada.Id], Of(report, "users", DriftKind.Tombstoned).Ids);
        Assert.False(report.IsSettled);
        Assert.Empty(await world.LiveAsync("users"));

        report = await world.ReconcileAsync(new() { LiftedIds = [ada.Id, "user_nobody"] });
        Assert.Equal([null, "the mirror has no deletion of it that Clerk told"], report.Lifted.Select(l => l.Why));
        Assert.Equal([ada.Id], await world.LiveAsync("users"));
        Assert.Equal([membership.Id], await world.LiveAsync("organization_memberships"));
        Assert.Equal("Ada", await world.Engine.ScalarAsync($"SELECT first_name FROM {{users}} WHERE id = '{ada.Id}'"));
        Assert.Equal([team.Id], await world.LiveAsync("organizations"));
        Assert.Equal(0, (await world.DryRunAsync()).DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_a_webhook_shows_otherwise_and_what_changes_silently_is_no_drift(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com", "Ada");
        var shown = JsonNode.Parse(world.Clerk.Users.ToJson(ada.Id))!.AsObject();
        shown["scim"] = new JsonObject { ["directory_id"] = "dir_1" };
        shown.Remove("locale");
        await world.Engine.ReceiveAsync("msg_1", Encoding.UTF8.GetBytes(new JsonObject
        {
            ["data"] = shown,
            ["instance_id"] = world.Clerk.InstanceId,
            ["object"] = "event",
            ["timestamp"] = 1785400000000,
            ["type"] = "user.created",
        }.ToJsonString()));
        world.PassAnHour();
        world.Clerk.Users.Edit(ada.Id, u => u["last_active_at"] = 1785403000000);

        Assert.Equal(0, (await world.DryRunAsync()).Tables.Single(t => t.Table == "users").DriftCount);
        Assert.Equal(0, (await world.ReconcileAsync()).Tables.Single(t => t.Table == "users").DriftCount);
        Assert.Equal(["1785403000000", "dir_1", "Ada"], await RowAsync());

        world.PassAnHour();
        world.Clerk.Users.Update(ada.Id, new() { ["first_name"] = "Augusta" });
        await world.ReconcileAsync();
        Assert.Equal("dir_1", (await RowAsync())[1]);
        Assert.Equal("Augusta", (await RowAsync())[2]);

        async Task<string?[]> RowAsync() => (await world.Engine.QueryAsync($"SELECT last_active_at, scim_directory_id, first_name FROM {{users}} WHERE id = '{ada.Id}'"))[0];
    }

    internal static DriftedIds Of(DriftReport report, string table, DriftKind kind) => report.Tables.Single(t => t.Table == table)[kind];

    private static byte[] Session(string userId, string instanceId) => Encoding.UTF8.GetBytes(
        $$"""{"data":{"id":"sess_1","object":"session","status":"active","updated_at":1785400000000,"user_id":"{{userId}}"},"instance_id":"{{instanceId}}","object":"event","timestamp":1785400000000,"type":"session.created"}""");
}
