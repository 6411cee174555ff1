using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>An object that cannot be written is tried on a schedule, then given up and visible; nothing else waits for it.</summary>
public sealed class FailureTests(PostgresServer postgres)
{
    private const string Json = """[{ "name": "accounts", "from": "users", "into": "account", "key": { "clerk_id": "id" }, "columns": { "email": "primary_email_address" }, "onDelete": "delete" }]""";

    private const string Table = """CREATE TABLE account (clerk_id varchar(100) PRIMARY KEY, email varchar(100) NOT NULL CONSTRAINT account_email_key UNIQUE)""";

    private static readonly TimeSpan[] Schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task They_are_tried_on_the_schedule_and_then_dead_until_they_change(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "taken@example.com"));
        await server.WorkAsync();
        for (var i = 2; i <= 9; i++)
            await server.ReceiveAsync(Bodies.Numbered("msg", i), User(Bodies.Numbered("user", i), 1, i switch { 3 => "taken@example.com", 5 => null, _ => $"{Bodies.Numbered("user", i)}@example.com" }));

        Assert.Equal(8, await server.WorkAsync());
        Assert.Equal("7", await server.Engine.ScalarAsync("SELECT count(*) FROM account"));
        for (var attempt = 1; attempt <= Schedule.Length; attempt++)
        {
            var waiting = await server.MarksAsync();
            Assert.Equal([("user_3", "retrying", Number(attempt)), ("user_5", "retrying", Number(attempt))], waiting.Select(m => (m[0], m[1], m[2])));
            server.Clock.Advance(Schedule[attempt - 1] - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, await server.WorkAsync());
            server.Clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(2, await server.WorkAsync());
        }

        var dead = await server.MarksAsync();
        Assert.Equal([("user_3", "dead", "8"), ("user_5", "dead", "8")], dead.Select(m => (m[0], m[1], m[2])));
        Assert.Contains(kind == DatabaseKind.PostgreSql ? "account_email_key" : "account.email", dead[0][3], StringComparison.Ordinal);
        Assert.Contains("email", dead[1][3], StringComparison.Ordinal);
        Assert.DoesNotContain(dead, m => m[3]!.Contains("taken@", StringComparison.Ordinal));
        Assert.Equal("9", await server.Engine.ScalarAsync("SELECT count(*) FROM {users} WHERE deleted_at IS NULL"));
        server.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(0, await server.WorkAsync());

        // One is repaired by a change of its own, the other by a person once the cause is gone.
        await server.ReceiveAsync("msg_20", User("user_5", 2, "user_5@example.com"));
        await server.ReceiveAsync("msg_21", User("user_1", 2, "free@example.com"));
        Assert.Equal(2, await server.WorkAsync());
        Assert.Equal("accounts", Assert.Single(await new MarkReader(server.Engine.Database).CountAsync(CancellationToken.None)).Projection);
        Assert.Equal(1, await new MarkReader(server.Engine.Database).RetryAsync("accounts", null, server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), CancellationToken.None));
        Assert.Equal(1, await server.WorkAsync());
        Assert.Empty(await server.MarksAsync());
        Assert.Equal("taken@example.com", await server.Engine.ScalarAsync("SELECT email FROM account WHERE clerk_id = 'user_3'"));
        Assert.Equal("9", await server.Engine.ScalarAsync("SELECT count(*) FROM account"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_table_that_is_gone_counts_against_nobody(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "a@example.com"));
        await server.ExecuteAsync("ALTER TABLE account RENAME TO elsewhere");

        for (var i = 0; i < 20; i++)
        {
            await server.WorkAsync();
            server.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([["user_1", "pending", "0", null]], await server.MarksAsync());
        await server.ExecuteAsync("ALTER TABLE elsewhere RENAME TO account");
        Assert.Equal(1, await server.WorkAsync());
        Assert.Equal("1", await server.Engine.ScalarAsync("SELECT count(*) FROM account"));
    }

    [Fact]
    public async Task A_column_whose_type_changes_counts_against_nobody()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "a@example.com"));
        await server.WorkAsync();
        await server.ReceiveAsync("msg_2", User("user_1", 2, "b@example.com"));
        await server.ExecuteAsync("CREATE TYPE address AS ENUM ('a@example.com', 'b@example.com'); ALTER TABLE account ALTER COLUMN email TYPE address USING email::address");

        await server.WorkAsync();
        Assert.Equal([["user_1", "pending", "0", null]], await server.MarksAsync());
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await server.WorkAsync());

        Assert.Equal("b@example.com", await server.Engine.ScalarAsync("SELECT email::text FROM account"));
        Assert.Empty(await server.MarksAsync());
    }

    [Fact]
    public async Task Defaults_of_the_table_take_the_time_in_UTC()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync($"{Table}; ALTER TABLE account ADD COLUMN made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP; ALTER ROLE postgres IN DATABASE \"{await server.Engine.ScalarAsync("SELECT current_database()")}\" SET TimeZone = 'Pacific/Auckland'");
        await using var later = await ProjectingServer.StartAsync(database, Json, server.Clock);
        await later.PrepareAsync();
        await later.ReceiveAsync("msg_1", User("user_1", 1, "a@example.com"));
        await later.WorkAsync();

        Assert.Equal([["Pacific/Auckland", "1"]], await later.Engine.QueryAsync("SELECT current_setting('TimeZone'), abs(extract(epoch FROM made - now() AT TIME ZONE 'UTC')) < 3600 FROM account"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Who_is_deleted_makes_room_for_the_next_one_at_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_2", 1, "a@example.com"));
        await server.WorkAsync();

        await server.ReceiveAsync("msg_2", User("user_1", 2, "a@example.com"));
        await server.ReceiveAsync("msg_3", Bodies.Deleted("user.deleted", "user_2", 2));
        Assert.Equal(2, await server.WorkAsync());

        Assert.Empty(await server.MarksAsync());
        Assert.Equal([["user_1", "a@example.com"]], await server.Engine.QueryAsync("SELECT clerk_id, email FROM account"));
    }

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] User(string id, long at, string? email) => Bodies.Event(
        "user.updated",
        at,
        $$"""{"id":"{{id}}","primary_email_address_id":"idn_1","email_addresses":{{(email is null ? "[]" : $$"""[{"id":"idn_1","email_address":"{{email}}"}]""")}}}""");
}
