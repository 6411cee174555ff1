using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>A table as Prisma makes it: quoted mixed case, <c>id</c> and <c>updatedAt</c> without defaults, moments without a zone, rows that were there before.</summary>
public sealed class PrismaTableTests(PostgresServer postgres)
{
    internal const string Json =
        """
        [{ "from": "users", "into": "User", "key": { "clerkId": "id" },
           "columns":  { "email": "primary_email_address", "name": "full_name", "plan": "public_metadata.plan" },
           "onInsert": { "id": "uuid()", "createdAt": "now()" }, "onChange": { "updatedAt": "now()" },
           "adopt":    { "id": "external_id" },
           "onDelete": { "set": { "deletedAt": "now()" } } }]
        """;

    internal static string Table(DatabaseKind kind) => kind == DatabaseKind.PostgreSql
        ? """
          CREATE TABLE "User" ("id" text NOT NULL PRIMARY KEY, "clerkId" text, "email" varchar(200), "name" text, "plan" text, "note" text DEFAULT 'mine',
          "createdAt" timestamp(3) NOT NULL, "updatedAt" timestamp(3) NOT NULL, "deletedAt" timestamp(3));
          CREATE UNIQUE INDEX "User_clerkId_key" ON "User" ("clerkId")
          """
        : """
          CREATE TABLE "User" ("id" TEXT NOT NULL PRIMARY KEY, "clerkId" TEXT, "email" TEXT, "name" TEXT, "plan" TEXT, "note" TEXT DEFAULT 'mine',
          "createdAt" DATETIME NOT NULL, "updatedAt" DATETIME NOT NULL, "deletedAt" DATETIME);
          CREATE UNIQUE INDEX "User_clerkId_key" ON "User" ("clerkId")
          """;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Rows_are_made_adopted_changed_and_marked(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table(kind));
        await server.Engine.ExecuteAsync(
            """
            INSERT INTO "User" ("id", "email", "note", "createdAt", "updatedAt") VALUES
            ('old-1', 'before@example.com', 'kept', '2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'), ('old-2', 'nobody@example.com', 'alone', '2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z')
            """);
        await server.ReceiveAsync("msg_1", User("user_1", 1, "Mara", externalId: "old-1"));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_2", User("user_2", 1, "Lee"));
        Assert.Equal(2, await server.WorkAsync());

        Assert.Equal([], await server.MarksAsync());
        var rows = await RowsAsync(server);
        var now = Moment(server);
        Assert.Equal(["user_1", "old-1", "user_1@example.com", "Mara", "pro", "kept", "1577836800000", now, null], rows[0]);
        Assert.Equal(["user_2", "user_2@example.com", "Lee", "pro", "mine", now, now, null], rows[1].Where((_, i) => i != 1));
        Assert.True(Guid.TryParseExact(rows[1][1], "D", out _), rows[1][1]);
        Assert.Equal([null, "old-2", "nobody@example.com", null, null, "alone", "1577836800000", "1577836800000", null], rows[2]);
        Assert.Empty(await server.MarksAsync());

        // A change of something that is not mapped writes nothing; a change of a name writes that, and the time.
        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.ReceiveAsync("msg_3", Bodies.Event("user.updated", 2, """{"id":"user_1","first_name":"Mara","external_id":"old-1","primary_email_address_id":"idn_1","locale":"de","public_metadata":{"plan":"pro"},"email_addresses":[{"id":"idn_1","email_address":"user_1@example.com"}]}"""));
        await server.ReceiveAsync("msg_4", User("user_2", 2, "Leo"));
        Assert.Equal(2, await server.WorkAsync());
        rows = await RowsAsync(server);
        Assert.Equal(now, rows[0][7]);
        Assert.Equal(("Leo", now, Moment(server)), (rows[1][3], rows[1][6], rows[1][7]));

        // A deletion is marked once, and what was mapped stays; an object that was never written is not made by its deletion.
        await server.ReceiveAsync("msg_5", Bodies.Deleted("user.deleted", "user_2", 3));
        await server.ReceiveAsync("msg_6", Bodies.Deleted("user.deleted", "user_9", 3));
        Assert.Equal(2, await server.WorkAsync());
        var deletedAt = Moment(server);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.ReceiveAsync("msg_7", Bodies.Deleted("user.deleted", "user_2", 1));
        Assert.Equal(1, await server.WorkAsync());
        rows = await RowsAsync(server);
        Assert.Equal(3, rows.Count);
        Assert.Equal(("user_2@example.com", "Leo", deletedAt), (rows[1][2], rows[1][3], rows[1][8]));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_column_of_the_users_own_keeps_its_value_through_a_thousand_updates(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync(Table(kind));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_0", User("user_1", 0, "N0"));
        await server.WorkAsync();
        await server.Engine.ExecuteAsync("""UPDATE "User" SET "note" = 'precious'""");

        for (var i = 1; i <= 1000; i++)
        {
            await server.ReceiveAsync(Bodies.Numbered("msg", i), User("user_1", i, Bodies.Numbered("N", i)));
            Assert.Equal(1, await server.WorkAsync());
        }

        var row = Assert.Single(await RowsAsync(server));
        Assert.Equal(("N_1000", "precious"), (row[3], row[5]));
    }

    internal static byte[] User(string id, long at, string firstName, string? externalId = null) => Bodies.Event(
        "user.updated",
        at,
        $$"""
        {"id":"{{id}}","first_name":"{{firstName}}","external_id":{{(externalId is null ? "null" : $"\"{externalId}\"")}},"primary_email_address_id":"idn_1",
         "public_metadata":{"plan":"pro"},"email_addresses":[{"id":"idn_1","email_address":"{{id}}@example.com"}]}
        """);

    private static string Moment(ProjectingServer server) => server.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Task<List<string?[]>> RowsAsync(ProjectingServer server) =>
        server.Engine.QueryAsync("""SELECT "clerkId", "id", "email", "name", "plan", "note", "createdAt", "updatedAt", "deletedAt" FROM "User" ORDER BY "clerkId" IS NULL, "clerkId", "id" """);
}
