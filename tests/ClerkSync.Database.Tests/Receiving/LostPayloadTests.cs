using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Receiving;

/// <summary>Rows that somebody or something took parts from: they must neither be lost nor hold up others.</summary>
public abstract class LostPayloadTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task A_message_that_comes_again_brings_its_payload_back()
    {
        var clock = new FakeTimeProvider(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: clock);
        await engine.ExecuteAsync(kind == DatabaseKind.Sqlite
            ? "CREATE TRIGGER refuse BEFORE INSERT ON {users} BEGIN SELECT RAISE(ABORT, 'refused'); END"
            : "ALTER TABLE {users} ADD CONSTRAINT refuse CHECK (id = '')");
        Assert.Equal(ReceiveResult.Deferred, (await engine.ReceiveAsync("msg_1", Samples.Read("user.created"))).Result);
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'dead', next_attempt_at = NULL, payload = NULL");

        Assert.Equal(ReceiveResult.Deferred, (await engine.ReceiveAsync("msg_1", Samples.Read("user.created"))).Result);
        await engine.ExecuteAsync(kind == DatabaseKind.Sqlite ? "DROP TRIGGER refuse" : "ALTER TABLE {users} DROP CONSTRAINT refuse");
        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(1, await engine.Deferred.ApplyDueAsync(TestContext.Current.CancellationToken));
        Assert.Equal("applied", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}}"));
        Assert.Single(await engine.QueryAsync("SELECT id FROM {users_live}"));
    }

    [Fact]
    public async Task A_due_message_without_payload_is_passed_over()
    {
        var clock = new FakeTimeProvider(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, clock: clock);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'deferred', next_attempt_at = received_at, payload = NULL");

        Assert.Equal(0, await engine.Deferred.ApplyDueAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_the_row_to_lock_nothing_is_written_until_migrate_has_made_it_anew()
    {
        Assert.SkipWhen(kind == DatabaseKind.Sqlite, "On SQLite the transaction itself is the lock.");
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("DELETE FROM {{checkpoints}}");

        Assert.Equal(ReceiveResult.SchemaOutdated, (await engine.ReceiveAsync("msg_1", Samples.Read("user.created"))).Result);
        Assert.Equal(SchemaState.Older, await engine.Migrator.CheckAsync(TestContext.Current.CancellationToken));
        await engine.Migrator.MigrateAsync(allowRewrite: false, TestContext.Current.CancellationToken);

        Assert.Equal(ReceiveResult.Applied, (await engine.ReceiveAsync("msg_1", Samples.Read("user.created"))).Result);
    }
}

public sealed class SqliteLostPayloadTests(PostgresServer postgres) : LostPayloadTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlLostPayloadTests(PostgresServer postgres) : LostPayloadTests(DatabaseKind.PostgreSql, postgres);
