using ClerkSync.Database.Tests.Cli;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>Comparing works on tables of any size, and says so where the database gives it no time.</summary>
public sealed class ForecastTests(PostgresServer postgres)
{
    private const string Json = """[{ "name": "p", "from": "users", "into": "account", "key": { "clerk_id": "id" }, "columns": { "name": "first_name" }, "adopt": { "code": "external_id" } }]""";

    [Theory]
    [InlineData("text")]
    [InlineData("uuid")]
    [InlineData("integer")]
    public async Task Each_row_is_read_once_and_not_for_each_object(string type)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, Json);
        await server.ExecuteAsync($"CREATE TABLE account (clerk_id text UNIQUE, code {type}, name text)");
        await server.PrepareAsync();
        var columns = new List<ForeignColumn>();
        await using var session = await server.Engine.Database.OpenAsync(CancellationToken.None);
        await session.ExecuteAsync([server.Engine.Database.Dialect.ForeignColumns(new(null, "account"), columns.Add)], CancellationToken.None);
        var plan = new SqlProjectionPlan(((SqlProjection)server.Projections[0]).Definition, ProjectionSources.All.First(s => s.Name == "users"), columns, server.Engine.Database.Dialect);

        foreach (var count in new[] { plan.Count, plan.CountUnmatched, plan.CountAmbiguous! })
        {
            var lines = new List<string>();
            await session.ExecuteAsync(
                [
                    new SqlQuery("SET enable_nestloop = off", []),
                    new SqlQuery($"EXPLAIN {count}", plan.Values([], 0), reader => lines.Add(reader.GetString(0))),
                ],
                CancellationToken.None);
            Assert.DoesNotContain(lines, l => l.Contains("SubPlan", StringComparison.Ordinal) || l.Contains("Nested Loop", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_database_that_gives_no_time_is_no_database_that_cannot_be_reached()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        using var cli = new CliSession(database);
        await File.WriteAllTextAsync(Path.Join(cli.Folder, "clerksync.json"), $$"""{ "projections": {{Json}} }""", TestContext.Current.CancellationToken);
        await using var server = await ProjectingServer.StartAsync(database, Json, cli.Time);
        await server.ExecuteAsync("CREATE TABLE account (clerk_id text UNIQUE, code text, name text)");
        cli.Environment["CLERKSYNC_DATABASE"] += ";Options=-c statement_timeout=3s";
        await using var holder = await server.Engine.Database.BeginWriteAsync(WritePriority.Background, CancellationToken.None);
        await holder.ExecuteAsync([new SqlQuery("LOCK TABLE account IN ACCESS EXCLUSIVE MODE", [])], CancellationToken.None);

        var check = await cli.RunAsync("projections", "check");

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("comparing your tables with the mirror took too long for the database", check.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be reached", check.Error, StringComparison.Ordinal);
    }
}
