using System.Text.RegularExpressions;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Documents;

/// <summary>SQL in README and docs runs on the database it is written for.</summary>
public sealed partial class DocumentedSqlTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Every_statement_runs(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Samples.Read("organizationMembership.created"));
        if (kind == DatabaseKind.PostgreSql)
            await engine.ExecuteAsync("DO $$ BEGIN CREATE ROLE app_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$");

        var statements = Statements().Where(s => kind == (s.Contains("clerk_", StringComparison.Ordinal) ? DatabaseKind.Sqlite : DatabaseKind.PostgreSql)).ToArray();

        Assert.NotEmpty(statements);
        foreach (var statement in statements)
            await engine.ExecuteAsync(statement);
    }

    private static IEnumerable<string> Statements()
    {
        var root = Path.GetFullPath(Path.Combine(Samples.Folder, "..", "..", ".."));
        return Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(root, "README.md"))
            .SelectMany(f => Block().Matches(File.ReadAllText(f)))
            .SelectMany(m => m.Groups["sql"].Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [GeneratedRegex(@"^```sql\n(?<sql>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
