using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using static ClerkSync.Receiving.ReceiveResult;

namespace ClerkSync.Database.Tests.ReadThrough;

/// <summary>The function <c>clerk.ensure_user</c>, called in transactions of the application's own.</summary>
public sealed class EnsureUserTests(PostgresServer postgres)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_that_is_missing_is_there_for_a_foreign_key_of_the_same_statement()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await engine.ExecuteAsync("CREATE TABLE orders (id int PRIMARY KEY, owner text NOT NULL REFERENCES clerk.users (id))");
        await engine.ExecuteAsync("INSERT INTO orders SELECT i, clerk.ensure_user('user_1') FROM generate_series(1, 3) AS i");

        Assert.Equal([["user_1", "user_1", "0", null]], await engine.QueryAsync("SELECT id, data ->> 'id', sync_completeness, deleted_at FROM {users}"));
        Assert.Equal("user_1", await engine.ScalarAsync("SELECT id FROM {users_live}"));
        Assert.Equal("user_1", await engine.ScalarAsync("SELECT clerk.ensure_user('user_1')"));
    }

    [Theory]
    [InlineData("'org_1'", "'org_1'")]
    [InlineData("'user_'", "'user_'")]
    [InlineData("'USER_1'", "'USER_1'")]
    [InlineData("' user_1'", "' user_1'")]
    [InlineData("'user_1; DROP'", "'user_1; DROP'")]
    [InlineData("''", "''")]
    [InlineData("NULL", "NULL")]
    public async Task What_is_no_id_is_refused_with_the_value_seen(string argument, string said)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        var error = await Assert.ThrowsAsync<PostgresException>(() => engine.QueryAsync($"SELECT clerk.ensure_user({argument})"));
        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
        Assert.Equal($"ensure_user: {said} is no id of a Clerk user.", error.MessageText);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task Any_state_that_Clerk_sends_replaces_it()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await engine.ExecuteAsync("SELECT clerk.ensure_user('user_1')");
        await engine.ExecuteAsync("SELECT clerk.ensure_user('user_2')");
        await engine.ExecuteAsync("SELECT clerk.ensure_user('user_3')");
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0, "Ada"));
        await engine.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_2", 0));
        await engine.ReceiveAsync("msg_3", Bodies.Event(
            "organizationMembership.created", 0, """{"id":"orgmem_1","public_user_data":{"user_id":"user_3","first_name":"Grace"},"organization":{"id":"org_1","updated_at":1}}"""));
        Assert.Equal(
            [["user_1", "Ada", "2", null], ["user_2", null, "0", "event"], ["user_3", "Grace", "0", null]],
            await engine.QueryAsync("SELECT id, first_name, sync_completeness, deleted_by FROM {users} ORDER BY id"));
    }

    [Fact]
    public async Task What_is_known_already_stays_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock);
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0, "Ada"));
        await engine.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_2", 0));
        const string all = "SELECT id, first_name, sync_version, sync_completeness, synced_at, told_deleted_at, xmin::text FROM {users} ORDER BY id";
        var before = await engine.QueryAsync(all);
        await engine.ExecuteAsync("SELECT clerk.ensure_user('user_1'), clerk.ensure_user('user_2')");
        Assert.Equal(before, await engine.QueryAsync(all));
    }

    [Fact]
    public async Task A_row_that_is_there_needs_no_right_to_write()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        Assert.Equal([["user_1"]], await engine.QueryAsync("SELECT clerk.ensure_user('user_1')", before: "SET default_transaction_read_only = on"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => engine.QueryAsync("SELECT clerk.ensure_user('user_2')", before: "SET default_transaction_read_only = on"));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
    }

    [Fact]
    public async Task A_row_that_a_repeatable_read_cannot_see_is_a_failure_to_begin_anew_with()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var own = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Token);
        await RunAsync(connection, own, "SELECT clerk.ensure_user('user_1')");
        await engine.ReceiveAsync("msg_2", Bodies.User("user.created", "user_2", 0));
        var error = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(connection, own, "SELECT clerk.ensure_user('user_2')"));
        Assert.Equal(PostgresErrorCodes.SerializationFailure, error.SqlState);
    }

    [Fact]
    public async Task A_projection_may_see_a_stub_as_a_row_with_nothing_but_its_id()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        const string json = """[{ "name": "people", "from": "users", "into": "person", "key": { "clerk_id": "id" }, "columns": { "first": "first_name", "called": ["first_name", "'Somebody'"] } }]""";
        await using var server = await Projections.ProjectingServer.StartAsync(database, json, clock: _clock);
        await server.ExecuteAsync("CREATE TABLE person (clerk_id varchar(60) PRIMARY KEY, first varchar(60), called varchar(60) NOT NULL)");
        await server.ExecuteAsync("SELECT clerk.ensure_user('user_1')");
        await server.PrepareAsync();
        await server.WorkAsync();
        Assert.Equal([["user_1", null, "Somebody"]], await server.Engine.QueryAsync("SELECT clerk_id, first, called FROM person"));
        await server.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0, "Ada"));
        await server.WorkAsync();
        Assert.Equal([["user_1", "Ada", "Ada"]], await server.Engine.QueryAsync("SELECT clerk_id, first, called FROM person"));
    }

    [Fact]
    public async Task A_function_that_is_called_like_a_table_is_no_table()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using (var connection = new NpgsqlConnection(database.ConnectionString))
        {
            await connection.OpenAsync(Token);
            await using var command = new NpgsqlCommand("CREATE FUNCTION public.permissions() RETURNS int LANGUAGE sql AS 'SELECT 1'", connection);
            await command.ExecuteNonQueryAsync(Token);
        }

        await using var engine = await Engine.StartAsync(database, storage: new() { MirrorSchema = "public" });
        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {permissions}"));
    }

    [Fact]
    public async Task Callers_at_the_same_time_make_one_row()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => engine.ExecuteAsync("SELECT clerk.ensure_user('user_1')")));
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {users}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_the_transaction_is_open_a_delivery_about_that_user_waits_in_the_inbox_and_others_are_applied(bool commits)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, storage: new() { LockTimeout = TimeSpan.FromMilliseconds(200) });
        await using (var connection = new NpgsqlConnection(database.ConnectionString))
        {
            await connection.OpenAsync(Token);
            await using var own = await connection.BeginTransactionAsync(Token);
            await RunAsync(connection, own, "SELECT clerk.ensure_user('user_1')");

            Assert.Equal(Deferred, (await engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "Ada"))).Result);
            Assert.Equal(Applied, (await engine.ReceiveAsync("msg_2", Bodies.User("user.created", "user_2", 1))).Result);

            // what the receiver has written is no obstacle for the application either
            await RunAsync(connection, own, "SELECT clerk.ensure_user('user_2')");
            if (commits)
                await own.CommitAsync(Token);
        }

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await engine.Deferred.ApplyDueAsync(Token));
        Assert.Equal([["Ada", "2"]], await engine.QueryAsync("SELECT first_name, sync_completeness FROM {users} WHERE id = 'user_1'"));
    }

    [Fact]
    public async Task Two_users_taken_in_opposite_orders_end_well_for_the_receiver()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Token);
        await using (var own = await connection.BeginTransactionAsync(Token))
        {
            await RunAsync(connection, own, "SELECT clerk.ensure_user('user_a')");
            var both = engine.ReceiveAsync("msg_1", Bodies.Event(
                "session.created", 0, """{"id":"sess_1","user_id":"user_a","user":{"id":"user_a","updated_at":1,"first_name":"Ada"},"actor":{"sub":"user_b"}}"""));
            try
            {
                await RunAsync(connection, own, "SELECT clerk.ensure_user('user_b')");
                await own.CommitAsync(Token);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // the application has to begin anew, as after any deadlock
            }

            Assert.True((await both).IsDurable);
        }

        while (await engine.ScalarAsync("SELECT first_name FROM {users} WHERE id = 'user_a'") is null)
            await engine.Deferred.ApplyDueAsync(Token);
    }

    [Fact]
    public async Task It_has_to_be_granted_and_needs_no_right_to_write_the_mirror()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ensure_user_reader') THEN CREATE ROLE ensure_user_reader; END IF; END $$");
        await engine.ExecuteAsync("GRANT USAGE ON SCHEMA clerk TO ensure_user_reader");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => engine.QueryAsync("SELECT clerk.ensure_user('user_1')", before: "SET ROLE ensure_user_reader"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);

        await engine.ExecuteAsync("GRANT EXECUTE ON FUNCTION clerk.ensure_user(text) TO ensure_user_reader");
        Assert.Equal([["user_1"]], await engine.QueryAsync("SELECT clerk.ensure_user('user_1')", before: "SET ROLE ensure_user_reader"));
    }

    private static async Task RunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(Token);
    }
}
