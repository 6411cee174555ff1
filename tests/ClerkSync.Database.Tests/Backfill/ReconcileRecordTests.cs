using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Inbox;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>What is kept of comparisons: their age, what they left, and which events never arrive.</summary>
public sealed class ReconcileRecordTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_comparison_that_failed_does_not_count_as_one(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        await world.BackfillAsync();
        await world.ReconcileAsync();
        var first = await HistoryAsync(world);
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.OnAnswer = static (request, response) => request.RequestUri!.AbsolutePath == "/v1/waitlist_entries" ? BackfillTests.Refusal(response, 500, "internal_error") : response;

        await world.ReconcileAsync();

        var second = await HistoryAsync(world);
        Assert.Equal((first.TriedAt, first.ReconciledAt), (first.ReconciledAt, second.ReconciledAt));
        Assert.Equal(world.Clock.GetUtcNow().ToUnixTimeMilliseconds(), second.TriedAt);
        Assert.Equal((0L, 1L), (first.Reconcile!.Open, second.Reconcile!.Open));
        Assert.NotNull(Of(second, "waitlist_entries").Failure);
        Assert.Equal(second.TriedAt, Of(second, "users").ComparedAt);

        world.OnAnswer = static (_, response) => response;
        await world.ReconcileAsync();
        Assert.Equal(second.TriedAt, (await HistoryAsync(world)).ReconciledAt);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_first_comparison_that_failed_leaves_the_mirror_uncompared(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.OnAnswer = static (request, response) => request.RequestUri!.AbsolutePath == "/v1/instance" ? response : BackfillTests.Refusal(response, 500, "internal_error");

        await world.ReconcileAsync();

        var history = await HistoryAsync(world);
        Assert.Null(history.ReconciledAt);
        Assert.NotNull(history.TriedAt);
        Assert.True(history.Reconcile!.Open > 0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_was_refused_is_counted_once_and_only_when_it_is_repaired(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 60).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        await world.BackfillAsync();
        foreach (var user in users.Take(25))
            world.Clerk.Users.Delete(user.Id);
        for (var day = 0; day < 3; day++)
        {
            world.Clock.Advance(TimeSpan.FromDays(1));
            await world.ReconcileAsync();
        }

        Assert.Equal(0, Of(await HistoryAsync(world), "users").Lost.Deleted);

        await world.ReconcileAsync(new() { MaxDeletions = 25 });
        await world.ReconcileAsync();
        Assert.Equal(25, Of(await HistoryAsync(world), "users").Lost.Deleted);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_comparison_that_came_to_its_end_fills_as_well_as_a_backfill(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.Clerk.Users.Create("ada@example.com");
        await world.ReconcileAsync();
        Assert.Equal(0, Of(await HistoryAsync(world), "users").Lost.Created);

        world.Clerk.Users.Create("grace@example.com");
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.ReconcileAsync();

        Assert.Equal(1, Of(await HistoryAsync(world), "users").Lost.Created);
        Assert.Equal(["user.*"], await MissingAsync(world));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Nobody_is_sent_to_subscribe_to_events_that_Clerk_does_not_offer(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        await world.BackfillAsync();
        world.Clerk.Invitations.Create("friend@example.com");
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.ReconcileAsync();

        Assert.Equal(1, Of(await HistoryAsync(world), "invitations").Lost.Created);
        Assert.Empty(await MissingAsync(world));
    }

    [Theory]
    [InlineData("subscription_items", "subscriptionItem.updated")]
    [InlineData("waitlist_entries", "waitlistEntry.created")]
    public void Neither_are_single_events_of_a_family_that_arrives(string table, string arrived)
    {
        var found = new ReconcileRecord { Open = 0, Tables = [new(table) { Lost = new(3, 0, 5), Arrived = [arrived] }, new("table_of_another_version") { Lost = new(3, 4, 5) }] };

        Assert.Empty(MissingEvents.Infer(found, new HashSet<string>([arrived], StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_type_of_event_that_came_once_is_not_forgotten_with_the_inbox(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 3).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        await world.BackfillAsync();
        foreach (var user in users.Take(2))
            world.Clerk.Users.Delete(user.Id);
        await DeleteByEventAsync(world, users[0].Id);
        world.Clock.Advance(TimeSpan.FromDays(100));
        await world.ReconcileAsync();
        Assert.Equal(1, Of(await HistoryAsync(world), "users").Lost.Deleted);

        await new InboxCleaner(world.Engine.Database, new(), world.Clock).CleanAsync(CancellationToken.None);

        Assert.Equal("0", await world.Engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}}"));
        Assert.Equal(["user.deleted"], await world.Engine.Inbox.ReadTypesAsync(CancellationToken.None));
        Assert.Empty(await MissingAsync(world));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task The_cleaner_keeps_the_types_of_what_it_removes_and_new_ones_are_added(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        await DeleteByEventAsync(world, "user_1");
        world.Clock.Advance(TimeSpan.FromDays(100));
        var cleaner = new InboxCleaner(world.Engine.Database, new(), world.Clock);
        await cleaner.CleanAsync(CancellationToken.None);
        await world.Engine.ReceiveAsync("msg_new", Samples.Read("organization.created"));

        Assert.Equal(["organization.created", "user.deleted"], await world.Engine.Inbox.ReadTypesAsync(CancellationToken.None));

        await cleaner.CleanAsync(CancellationToken.None);
        var kept = await world.Engine.ScalarAsync("SELECT value FROM {{checkpoints}} WHERE name = 'event_types'");
        Assert.EndsWith("\norganization.created\nuser.deleted", kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Counting_begins_anew_when_a_type_of_the_table_arrives_for_the_first_time(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 3).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        await world.BackfillAsync();
        world.Clerk.Users.Update(users[0].Id, new() { ["first_name"] = "Ada" });
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.ReconcileAsync();
        Assert.Equal(["user.*"], await MissingAsync(world));

        // Somebody subscribes to all of them. Nothing says that those which have had no occasion yet are not subscribed.
        await DeleteByEventAsync(world, users[1].Id);
        world.Clerk.Users.Delete(users[1].Id);
        Assert.Empty(await MissingAsync(world));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.ReconcileAsync();
        Assert.Empty(await MissingAsync(world));

        world.Clerk.Users.Update(users[0].Id, new() { ["first_name"] = "Augusta" });
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.ReconcileAsync();
        Assert.Equal(["user.updated"], await MissingAsync(world));
    }

    private static Task<SyncRecord> HistoryAsync(SyncWorld world) => new SyncHistory(world.Engine.Database).ReadAsync(CancellationToken.None);

    private static ReconciledTable Of(SyncRecord history, string table) => history.Reconcile!.Tables.Single(t => t.Table == table);

    private static async Task<string[]> MissingAsync(SyncWorld world) =>
        [.. MissingEvents.Infer((await HistoryAsync(world)).Reconcile!, await world.Engine.Inbox.ReadTypesAsync(CancellationToken.None)).Select(m => m.Type)];

    private static async Task DeleteByEventAsync(SyncWorld world, string id) => await world.Engine.ReceiveAsync($"msg_{id}", System.Text.Encoding.UTF8.GetBytes(
        $$"""{"data":{"deleted":true,"id":"{{id}}","object":"user"},"instance_id":"{{world.Clerk.InstanceId}}","object":"event","timestamp":1785400000900,"type":"user.deleted"}"""));
}
