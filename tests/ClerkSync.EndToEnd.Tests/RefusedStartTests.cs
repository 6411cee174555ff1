using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>A start that cannot go on says why, and nothing else.</summary>
public sealed class RefusedStartTests
{
    [Fact]
    public async Task Wrong_projections_are_named_without_a_stack_trace()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, new());
        var folder = Directory.CreateTempSubdirectory("clerksync-refused-");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "clerksync.json"), """{ "projections": [{ "from": "users", "into": "Nowhere", "key": { "k": "id" } }] }""", TestContext.Current.CancellationToken);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["CLERKSYNC_DATABASE"] = ServerProcess.AddressOf(database) };
        await using (var serve = ChildProcess.Start([.. CommandLineProgram.Built, "serve", "--urls", "http://127.0.0.1:0"], folder.FullName, environment))
        {
            Assert.Equal(2, await serve.EndAsync());
            Assert.Contains("into is \"Nowhere\", and there is no such table", serve.Printed, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", serve.Printed, StringComparison.Ordinal);
            Assert.DoesNotContain("Microsoft.Extensions.Hosting", serve.Printed, StringComparison.Ordinal);
        }

        folder.Delete(recursive: true);
    }
}
