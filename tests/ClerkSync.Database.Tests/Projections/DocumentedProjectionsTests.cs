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

        await using var other = await ProjectingServer.StartAsync(database, projections[1], server.Clock);
        await server.ExecuteAsync(
            """
            CREATE TABLE account (clerk_id text PRIMARY KEY, email text, plan text, status text NOT NULL, deleted_at timestamptz);
            CREATE TABLE member (membership_id text PRIMARY KEY, user_id text, organization_id text, role text)
            """);
        await other.PrepareAsync();
        await other.ReceiveAsync("msg_1", PrismaTableTests.User("user_1", 1, "Mara"));
        await other.WorkAsync();
        Assert.Equal([["user_1@example.com", "pro", "active", null]], await other.Engine.QueryAsync("SELECT email, plan, status, deleted_at FROM account"));
        await other.ReceiveAsync("msg_2", Receiving.Bodies.Deleted("user.deleted", "user_1", 7));
        await other.WorkAsync();
        Assert.Equal([[null, "pro", "deleted", "1785400000007"]], await other.Engine.QueryAsync("SELECT email, plan, status, deleted_at FROM account"));
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
