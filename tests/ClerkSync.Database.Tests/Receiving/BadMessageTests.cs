using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using Microsoft.Extensions.Time.Testing;
using static ClerkSync.Receiving.ReceiveResult;

namespace ClerkSync.Database.Tests.Receiving;

/// <summary>A message that the database refuses is kept and tried again, and nobody else waits for it.</summary>
public sealed class BadMessageTests(PostgresServer postgres)
{
    private static readonly byte[] Bad = Bodies.User("user.created", "user_bad", 1);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task The_others_of_its_batch_are_applied(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await RefuseAsync(engine, kind);

        Task<ReceiveOutcome>[] deliveries;
        await using (await HoldWriterAsync(engine))
        {
            // The first one may be taken alone; the rest gathers behind the held lock and becomes one batch.
            deliveries = [.. Enumerable.Range(0, 40).Select(i => i == 23
                ? engine.ReceiveAsync("msg_bad", Bad)
                : engine.ReceiveAsync(Bodies.Numbered("msg", i), Bodies.User("user.created", Bodies.Numbered("user", i), 1)))];
        }

        var outcomes = await Task.WhenAll(deliveries);

        Assert.Equal(Deferred, outcomes[23].Result);
        Assert.All(outcomes.Where((_, i) => i != 23), o => Assert.Equal(Applied, o.Result));
        Assert.Equal("39", await engine.ScalarAsync("SELECT count(*) FROM {users}"));
        Assert.Equal("40", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE payload IS NOT NULL"));
        Assert.DoesNotContain("Mara", outcomes[23].Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task It_is_tried_again_until_it_is_dead_and_a_replay_applies_it_after_the_repair(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await RefuseAsync(engine, kind);
        Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_bad", Bad)).Result);
        Assert.Equal(0, await engine.Deferred.ApplyDueAsync(CancellationToken.None));

        await WaitUntilDeadAsync(engine);

        Assert.Equal("8", await engine.ScalarAsync("SELECT attempts FROM {{inbox_messages}}"));
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(0, await engine.Deferred.ApplyDueAsync(CancellationToken.None));
        Assert.Equal(Deferred, (await engine.Deferred.ReplayAsync("msg_bad", CancellationToken.None))?.Result);

        await RepairAsync(engine, kind);
        Assert.Equal(Applied, (await engine.Deferred.ReplayAsync("msg_bad", CancellationToken.None))?.Result);
        Assert.Equal("user_bad", await engine.ScalarAsync("SELECT id FROM {users}"));
        Assert.Equal("applied", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}}"));
        Assert.Equal(Duplicate, (await engine.ReceiveAsync("msg_bad", Bad)).Result);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Once_the_cause_is_repaired_the_next_try_applies_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await RefuseAsync(engine, kind);
        Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_bad", Bad)).Result);

        await RepairAsync(engine, kind);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await engine.Deferred.ApplyDueAsync(CancellationToken.None));
        Assert.Equal("applied", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}} WHERE next_attempt_at IS NULL"));
        Assert.Equal(0, await engine.Deferred.ApplyDueAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_dead_message_that_is_delivered_again_is_due_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await RefuseAsync(engine, kind);
        Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_bad", Bad)).Result);
        await WaitUntilDeadAsync(engine);

        Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_bad", Bad)).Result);
        Assert.Equal("deferred", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}}"));

        await RepairAsync(engine, kind);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await engine.Deferred.ApplyDueAsync(CancellationToken.None));
        Assert.Equal("user_bad", await engine.ScalarAsync("SELECT id FROM {users}"));
    }

    /// <summary>Whatever waits to be applied needs its payload; only then it can go.</summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_deletion_erases_a_waiting_message_when_it_has_been_applied(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await RefuseAsync(engine, kind, "organization_invitations");
        var invitation = Bodies.Event(
            "organizationInvitation.created", 1, """{"id":"user_bad","organization_id":"org_1","public_inviter_data":{"user_id":"user_1","first_name":"Mara"}}""");
        Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_bad", invitation)).Result);
        Assert.Equal(Applied, (await engine.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_1", 2))).Result);

        await RepairAsync(engine, kind, "organization_invitations");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await engine.Deferred.ApplyDueAsync(CancellationToken.None));

        Assert.Equal("applied", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}} WHERE id = 'msg_bad' AND payload IS NULL"));
        Assert.Equal("org_1", await engine.ScalarAsync("SELECT organization_id FROM {organization_invitations} WHERE inviter_id = 'user_1'"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_waiting_message_about_an_erased_person_is_erased_when_it_dies(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await RefuseAsync(engine, kind, "sessions");
        Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_bad", Bodies.Event("session.created", 1, """{"id":"user_bad","user_id":"user_1"}"""))).Result);
        Assert.Equal(Applied, (await engine.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_1", 2))).Result);

        await WaitUntilDeadAsync(engine);

        Assert.Equal("dead", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}} WHERE id = 'msg_bad' AND payload IS NULL AND erased_at IS NOT NULL"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_failure_that_another_server_has_overtaken_changes_nothing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await RefuseAsync(engine, kind);
        Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_bad", Bad)).Result);
        var seen = await engine.Inbox.FindAsync("msg_bad", CancellationToken.None);
        await RepairAsync(engine, kind);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await engine.Deferred.ApplyDueAsync(CancellationToken.None);
        await engine.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_bad", 2));

        await engine.Applier.PostponeAsync(InboundMessage.Stored(seen!, Bad, isReplay: false), seen!.Result, "Too late.", Bodies.Start, CancellationToken.None);

        Assert.Equal("applied", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}} WHERE id = 'msg_bad' AND payload IS NULL AND next_attempt_at IS NULL"));
    }

    /// <summary>Lets all tries pass, at most as many as would be too many.</summary>
    private async Task WaitUntilDeadAsync(Engine engine)
    {
        for (var i = 0; i < 20 && (await engine.Inbox.FindAsync("msg_bad", CancellationToken.None))!.Result == "deferred"; i++)
        {
            _clock.Advance(TimeSpan.FromHours(12));
            Assert.Equal(1, await engine.Deferred.ApplyDueAsync(CancellationToken.None));
        }

        Assert.Equal("dead", (await engine.Inbox.FindAsync("msg_bad", CancellationToken.None))!.Result);
    }

    /// <summary>Somebody's own constraint on a mirror table refuses one id.</summary>
    private static Task RefuseAsync(Engine engine, DatabaseKind kind, string table = "users") => engine.RunAsync(kind == DatabaseKind.Sqlite
        ? $"CREATE TRIGGER refuse BEFORE INSERT ON {{{table}}} WHEN NEW.id = 'user_bad' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        : $"ALTER TABLE {{{table}}} ADD CONSTRAINT refuse CHECK (id <> 'user_bad')");

    private static Task RepairAsync(Engine engine, DatabaseKind kind, string table = "users") => engine.RunAsync(kind == DatabaseKind.Sqlite
        ? "DROP TRIGGER refuse"
        : $"ALTER TABLE {{{table}}} DROP CONSTRAINT refuse");

    private static async Task<SqlTransaction> HoldWriterAsync(Engine engine)
    {
        var transaction = await engine.Database.BeginWriteAsync(WritePriority.Receiving, CancellationToken.None);
        await transaction.ExecuteAsync(engine.Database.Dialect.WriterLock(static () => { }) is { } writerLock ? [writerLock] : [], CancellationToken.None);
        return transaction;
    }
}
