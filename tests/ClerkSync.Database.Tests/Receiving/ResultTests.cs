using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using static ClerkSync.Receiving.ReceiveResult;

namespace ClerkSync.Database.Tests.Receiving;

/// <summary>What each delivery is answered depends on the order; the rows do not.</summary>
public sealed class ResultTests(PostgresServer postgres)
{
    private const string Session = """{"id":"sess_1","user_id":"user_1","status":"active"}""";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public Task A_newer_state_is_applied_an_older_one_is_stale_and_the_same_is_unchanged(DatabaseKind kind) => ExpectAsync(
        kind,
        (Applied, "msg_1", Bodies.User("user.created", "user_1", 1, "Ada")),
        (Applied, "msg_3", Bodies.User("user.updated", "user_1", 3, "Grace")),
        (Stale, "msg_2", Bodies.User("user.updated", "user_1", 2, "Hedy")),
        (Unchanged, "msg_4", Bodies.User("user.updated", "user_1", 3, "Grace")),
        (Duplicate, "msg_3", Bodies.User("user.updated", "user_1", 3, "Grace")),
        (Duplicate, "msg_2", Bodies.User("user.updated", "user_1", 2, "Hedy")));

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public Task A_deletion_is_final_for_the_object_and_its_children(DatabaseKind kind) => ExpectAsync(
        kind,
        (Applied, "msg_1", Bodies.User("user.created", "user_1", 1)),
        (Applied, "msg_2", Bodies.Event("session.created", 1, Session)),
        (Applied, "msg_3", Bodies.Deleted("user.deleted", "user_1", 5)),
        (Deleted, "msg_4", Bodies.User("user.updated", "user_1", 9)),
        (Deleted, "msg_5", Bodies.Event("session.ended", 9, Session)),
        (Unchanged, "msg_6", Bodies.Deleted("user.deleted", "user_1", 6)),
        (Applied, "msg_7", Bodies.Deleted("user.deleted", "user_1", 4)),
        (Applied, "msg_8", Bodies.Deleted("organization.deleted", "org_never_seen", 4)),
        (Deleted, "msg_9", Bodies.Event("organization.created", 1, """{"id":"org_never_seen"}""")));

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public Task What_has_no_table_is_stored_and_what_is_no_event_is_unreadable(DatabaseKind kind) => ExpectAsync(
        kind,
        (Stored, "msg_1", Bodies.Event("email.created", 1, """{"id":"ema_1"}""")),
        (Stored, "msg_2", Bodies.Event("comet.sighted", 1, """{"id":"comet_1"}""")),
        (Duplicate, "msg_2", Bodies.Event("comet.sighted", 1, """{"id":"comet_1"}""")),
        (Unreadable, "msg_3", Bodies.Text("not JSON")),
        (Unreadable, "msg_4", Bodies.Event("user.created", 1, """{"first_name":"Nobody"}""")),
        (Ignored, "msg_5", Bodies.Event("user.created", 1, """{"id":"user_1"}""", Bodies.OtherInstance)),
        (Ignored, "msg_6", Bodies.Event("user.created", 1, """{"id":"user_1"}""", "ins_123")));

    /// <summary>Svix's "recover" sends the same messages again after the mistake was repaired.</summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_duplicate_of_a_message_without_effect_is_due_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ofOther = Bodies.Event("user.created", 1, """{"id":"user_1"}""", Bodies.OtherInstance);
        await using (var mistaken = await Engine.StartAsync(database, new() { InstanceId = Bodies.Instance }))
        {
            var ignored = await mistaken.ReceiveAsync("msg_1", ofOther);
            Assert.Equal(Ignored, ignored.Result);
            Assert.Contains(Bodies.OtherInstance, ignored.Why, StringComparison.Ordinal);
            Assert.Equal(Ignored, (await mistaken.ReceiveAsync("msg_1", ofOther)).Result);
            Assert.Equal(Unreadable, (await mistaken.ReceiveAsync("msg_2", Bodies.Text("{"))).Result);
            Assert.Equal(Unreadable, (await mistaken.ReceiveAsync("msg_2", Bodies.Text("{"))).Result);
            Assert.Null(await mistaken.ScalarAsync("SELECT id FROM {users}"));
        }

        await using var repaired = await Engine.StartAsync(database, new() { InstanceId = Bodies.OtherInstance });
        Assert.Equal(Applied, (await repaired.ReceiveAsync("msg_1", ofOther)).Result);
        Assert.Equal(Duplicate, (await repaired.ReceiveAsync("msg_1", ofOther)).Result);
        Assert.Equal("user_1", await repaired.ScalarAsync("SELECT id FROM {users}"));
        Assert.Equal(
            ["msg_1 applied", "msg_2 unreadable"],
            (await repaired.QueryAsync("SELECT id, result FROM {{inbox_messages}} ORDER BY id")).Select(r => $"{r[0]} {r[1]}"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Duplicates_inside_one_batch_count_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        InboundMessage[] batch =
        [
            Message("msg_1", Bodies.User("user.created", "user_1", 1)),
            Message("msg_1", Bodies.User("user.created", "user_1", 1)),
            Message("msg_2", Bodies.User("user.updated", "user_1", 2, "Grace")),
            Message("msg_3", Bodies.Text("{")),
            Message("msg_3", Bodies.Text("{")),
            Message("msg_2", Bodies.User("user.updated", "user_1", 2, "Grace")),
        ];

        var outcomes = await engine.Applier.ApplyAsync(batch, WritePriority.Receiving, CancellationToken.None);

        Assert.Equal([Applied, Duplicate, Applied, Unreadable, Duplicate, Duplicate], outcomes.Select(o => o.Result));
        Assert.Equal("3", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}}"));
        Assert.Equal("Grace", await engine.ScalarAsync("SELECT first_name FROM {users}"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_message_that_came_through_another_server_is_a_duplicate(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = await Engine.StartAsync(database);
        await using var second = await Engine.StartAsync(database);
        var body = Bodies.User("user.created", "user_1", 1);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? first : second).ReceiveAsync("msg_1", body)));

        Assert.Equal(1, outcomes.Count(o => o.Result == Applied));
        Assert.Equal(19, outcomes.Count(o => o.Result == Duplicate));
    }

    private async Task ExpectAsync(DatabaseKind kind, params (ReceiveResult Result, string Id, byte[] Body)[] deliveries)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, new() { InstanceId = Bodies.Instance });
        foreach (var (result, id, body) in deliveries)
        {
            var outcome = await engine.ReceiveAsync(id, body);
            Assert.True(outcome.Result == result, $"{id}: {outcome}, expected {result}");
            if (result != Duplicate)
                Assert.Equal(result.ToString().ToLowerInvariant(), (await engine.Inbox.FindAsync(id, CancellationToken.None))?.Result);
        }
    }

    private static InboundMessage Message(string id, byte[] body) => InboundMessage.Received(id, Bodies.Start, body);
}
