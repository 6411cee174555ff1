using ClerkSync.Database.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using static ClerkSync.Receiving.ReceiveResult;

namespace ClerkSync.Database.Tests.Receiving;

/// <summary>A database that is locked, down or not migrated is answered for what it is.</summary>
public sealed class DatabaseTroubleTests(PostgresServer postgres)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));

    [Fact]
    public async Task What_a_foreign_lock_holds_back_is_stored_and_applied_after_its_release()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, storage: new() { LockTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(Applied, (await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "Ada"))).Result);

        await using (var connection = new NpgsqlConnection(database.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var foreign = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using (var command = new NpgsqlCommand("SELECT id FROM clerk.users WHERE id = 'user_1' FOR UPDATE", connection, foreign))
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

            Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 2, "Grace"))).Result);
            Assert.Equal(Applied, (await engine.ReceiveAsync("msg_3", Bodies.User("user.created", "user_2", 2))).Result);
            Assert.Equal("Ada", await engine.ScalarAsync("SELECT first_name FROM {users} WHERE id = 'user_1'"));

            _clock.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(1, await engine.Deferred.ApplyDueAsync(CancellationToken.None));
            Assert.Equal("deferred", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}} WHERE id = 'msg_2'"));
        }

        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await engine.Deferred.ApplyDueAsync(CancellationToken.None));
        Assert.Equal("Grace", await engine.ScalarAsync("SELECT first_name FROM {users} WHERE id = 'user_1'"));
    }

    [Fact]
    public async Task After_the_return_of_the_database_the_same_engine_takes_the_same_deliveries()
    {
        await using var server = new PostgresServer();
        await server.InitializeAsync();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, server);
        await using var engine = await Engine.StartAsync(database, new() { CommitTimeout = TimeSpan.FromSeconds(3) });
        (string Id, byte[] Body)[] deliveries =
            [.. Enumerable.Range(0, 20).Select(i => (Bodies.Numbered("msg", i), Bodies.User("user.created", Bodies.Numbered("user", i), 1)))];
        Assert.Equal(Applied, (await engine.ReceiveAsync("msg_before", Bodies.User("user.created", "user_before", 1))).Result);

        await server.StopAsync("immediate");
        var down = await Task.WhenAll(deliveries.Select(d => engine.ReceiveAsync(d.Id, d.Body)));
        Assert.All(down, o => Assert.Equal(DatabaseUnavailable, o.Result));

        await server.StartAsync();
        var up = await Task.WhenAll(deliveries.Select(d => engine.ReceiveAsync(d.Id, d.Body)));

        // Whoever was told that the database is away may have been in a batch that was tried on: then it is there already.
        Assert.All(up, o => Assert.True(o.Result is Applied or Duplicate, $"{o}"));
        Assert.Equal("21", await engine.ScalarAsync("SELECT count(*) FROM {users}"));
        Assert.Equal("21", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}}"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "{users}")]
    [InlineData(DatabaseKind.Sqlite, "{{inbox_messages}}")]
    [InlineData(DatabaseKind.PostgreSql, "{users}")]
    [InlineData(DatabaseKind.PostgreSql, "{{inbox_messages}}")]
    public async Task Missing_tables_are_named_with_the_cure(DatabaseKind kind, string table)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.RunAsync("UPDATE {{schema_history}} SET fingerprint = 'of an older version'");
        await engine.RunAsync($"DROP TABLE {table}{(kind == DatabaseKind.PostgreSql ? " CASCADE" : "")}");

        var outcome = await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1));

        Assert.Equal(SchemaOutdated, outcome.Result);
        Assert.False(outcome.IsDurable);
        Assert.Contains("clerksync migrate", outcome.Why, StringComparison.Ordinal);
        await engine.Migrator.MigrateAsync(allowRewrite: false, CancellationToken.None);
        Assert.Equal(Applied, (await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1))).Result);
    }
}
