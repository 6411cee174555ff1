using System.Text.Json;
using System.Text.RegularExpressions;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>What the documentation shows of projections works.</summary>
public sealed partial class DocumentedProjectionsTests(PostgresServer postgres)
{
    private static readonly string Docs = Path.GetFullPath(Path.Combine(Samples.Folder, "..", "..", "..", "docs"));

    [Fact]
    public void Every_block_of_JSON_is_JSON() =>
        Assert.All(Directory.EnumerateFiles(Docs, "*.md", SearchOption.AllDirectories).SelectMany(f => Blocks(f, "json")), block => JsonElement.Parse(block));

    [Fact]
    public async Task The_projections_fit_their_tables()
    {
        var document = Path.Combine(Docs, "projections.md");
        var projections = Blocks(document, "json").Select(b => JsonElement.Parse(b).GetProperty("projections").GetRawText()).ToArray();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, projections[0]);
        await server.ExecuteAsync(Assert.Single(Blocks(document, "sql")));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_0", PrismaTableTests.User("user_0", 1, "Mara"));
        await server.ReceiveAsync("msg_00", Receiving.Bodies.Event("user.created", 1, """{"id":"user_00","first_name":"Lee","phone_numbers":[],"public_metadata":{"role":"ADMIN"}}"""));
        Assert.Equal(2, await server.WorkAsync());
        Assert.Empty(await server.MarksAsync());
        Assert.Equal(
            [["user_0", "user_0@example.com", "Mara", "USER", "36", null], ["user_00", null, "Lee", "ADMIN", "36", null]],
            await server.Engine.QueryAsync("""SELECT "clerkId", "email", "name", "role"::text, length("id"), "deletedAt" FROM "User" WHERE "createdAt" IS NOT NULL AND "updatedAt" IS NOT NULL ORDER BY 1"""));
        await server.ReceiveAsync("msg_000", Receiving.Bodies.Deleted("user.deleted", "user_0", 7));
        Assert.Equal(1, await server.WorkAsync());
        Assert.Equal([[null, "Mara"]], await server.Engine.QueryAsync("""SELECT "email", "name" FROM "User" WHERE "deletedAt" IS NOT NULL"""));

        await using var other = await ProjectingServer.StartAsync(database, projections[1], server.Clock);
        await server.ExecuteAsync(
            """
            CREATE TABLE account (clerk_id text PRIMARY KEY, email text, plan text, status text NOT NULL, deleted_at timestamptz);
            CREATE TABLE member (membership_id text PRIMARY KEY, user_id text, organization_id text, role text)
            """);
        await other.PrepareAsync();
        await other.ReceiveAsync("msg_1", PrismaTableTests.User("user_1", 1, "Mara"));
        await other.WorkAsync();
        Assert.Equal([["user_1@example.com", "pro", "active", null]], await other.Engine.QueryAsync("SELECT email, plan, status, deleted_at FROM account WHERE clerk_id = 'user_1'"));
        await other.ReceiveAsync("msg_2", Receiving.Bodies.Deleted("user.deleted", "user_1", 7));
        await other.WorkAsync();
        Assert.Equal([[null, "pro", "deleted", "1785400000007"]], await other.Engine.QueryAsync("SELECT email, plan, status, deleted_at FROM account WHERE clerk_id = 'user_1'"));
    }

    [Fact]
    public void Every_member_is_explained()
    {
        var text = File.ReadAllText(Path.Combine(Docs, "projections.md"));
        Assert.All(SqlProjectionReader.Members, member => Assert.Contains($"| `{member}` |", text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Blocks(string file, string language) =>
        Block().Matches(File.ReadAllText(file)).Where(m => m.Groups["language"].Value == language).Select(m => m.Groups["text"].Value);

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
