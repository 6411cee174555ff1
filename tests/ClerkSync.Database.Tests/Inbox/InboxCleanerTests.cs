using ClerkSync.Database.Tests.Support;
using ClerkSync.Inbox;
using ClerkSync.Receiving;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Inbox;

/// <summary>What is kept, for how long.</summary>
public abstract class InboxCleanerTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task Payloads_go_after_thirty_days_and_messages_after_ninety()
    {
        var clock = new FakeTimeProvider(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: clock);
        var cleaner = new InboxCleaner(engine.Database, new(), clock);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ReceiveAsync("msg_2", "not json"u8.ToArray());

        clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal((0, 0), await cleaner.CleanAsync(TestContext.Current.CancellationToken));
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal((2, 0), await cleaner.CleanAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ReceiveResult.Duplicate, (await engine.ReceiveAsync("msg_1", Samples.Read("user.created"))).Result);
        clock.Advance(TimeSpan.FromDays(60));
        Assert.Equal((0, 2), await cleaner.CleanAsync(TestContext.Current.CancellationToken));

        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}}"));
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {users_live}"));
    }

    [Fact]
    public async Task What_is_not_applied_yet_stays()
    {
        var clock = new FakeTimeProvider(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: clock);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ReceiveAsync("msg_2", Samples.Read("user.created"));
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'dead' WHERE id = 'msg_1'");
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'deferred' WHERE id = 'msg_2'");

        clock.Advance(TimeSpan.FromDays(400));
        Assert.Equal((0, 0), await new InboxCleaner(engine.Database, new(), clock).CleanAsync(TestContext.Current.CancellationToken));
        Assert.Equal("2", await engine.ScalarAsync("SELECT count(payload) FROM {{inbox_messages}}"));
    }

    [Fact]
    public async Task More_than_one_batch_is_cleaned()
    {
        var clock = new FakeTimeProvider(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: clock);
        await Task.WhenAll(Enumerable.Range(0, 1_100).Select(i => engine.ReceiveAsync($"msg_{i}", "[]"u8.ToArray())));

        clock.Advance(TimeSpan.FromDays(91));
        Assert.Equal((1_100, 1_100), await new InboxCleaner(engine.Database, new(), clock).CleanAsync(TestContext.Current.CancellationToken));
    }
}

public sealed class SqliteInboxCleanerTests(PostgresServer postgres) : InboxCleanerTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlInboxCleanerTests(PostgresServer postgres) : InboxCleanerTests(DatabaseKind.PostgreSql, postgres);
