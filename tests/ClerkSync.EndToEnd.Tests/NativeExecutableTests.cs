using System.Text.RegularExpressions;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>The command line as one native executable, for people without .NET.</summary>
public sealed partial class NativeExecutableTests(PostgresServer postgres)
{
    private static readonly TimeSpan LongestPublish = TimeSpan.FromMinutes(20);

    [Fact]
    public async Task It_is_published_without_a_warning_and_works()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("CI") == "true" || Environment.GetEnvironmentVariable("CLERKSYNC_TEST_NATIVE") == "1",
            "Publishing takes minutes: it runs where CI=true or CLERKSYNC_TEST_NATIVE=1.");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It publishes for linux-x64.");

        var folder = Directory.CreateTempSubdirectory("clerksync-native-");
        try
        {
            var program = await PublishAsync(folder.FullName);
            await using (var help = ChildProcess.Start([program, "--help"], folder.FullName))
            {
                Assert.Equal(0, await help.EndAsync());
                Assert.Contains("serve", help.Output, StringComparison.Ordinal);
            }

            foreach (var kind in new[] { DatabaseKind.Sqlite, DatabaseKind.PostgreSql })
                await ServeAsync(program, kind);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>With folders of its own: an executable that is already there would not be compiled again, and hide its warnings.</summary>
    private static async Task<string> PublishAsync(string folder)
    {
        var target = Path.Combine(folder, "native");
        string[] command =
        [
            "dotnet", "publish", "src/ClerkSync.Cli", "-c", "Release", "-r", "linux-x64", "-o", target, "-nologo",
            "--artifacts-path", Path.Combine(folder, "artifacts"), "--disable-build-servers", "-p:RunAnalyzersDuringBuild=false",
        ];
        await using var publish = ChildProcess.Start(command, CommandLineProgram.Repository);
        var exitCode = await publish.EndAsync(LongestPublish);
        Assert.True(exitCode == 0, publish.Printed);
        Assert.DoesNotMatch(Warning(), publish.Printed);
        return Path.Combine(target, "clerksync");
    }

    private async Task ServeAsync(string program, DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = new ServerProcess(ServerProcess.AddressOf(database), [program]);
        await server.StartAsync();
        using var client = new DeliveryClient(server.Secret);
        var (_, readiness) = await client.GetAsync(server.Ready);
        Assert.Equal("""{"status":"ready"}""", readiness);

        string[] command = [program, "trigger", "user.created", "--forward-to", server.Webhook.ToString(), "--secret", server.Secret.Reveal(), "--set", "data.first_name=Ada"];
        await using (var trigger = ChildProcess.Start(command, Path.GetTempPath()))
            Assert.True(await trigger.EndAsync() == 0, trigger.Printed);
        await using (var engine = await Engine.StartAsync(database))
            Assert.Equal(["Ada", "applied"], Assert.Single(await engine.QueryAsync("SELECT u.first_name, m.result FROM {users} u JOIN {{inbox_messages}} m ON m.object_id = u.id")));
        Assert.Equal(0, await server.StopAsync());
    }

    [GeneratedRegex(@"\b(warning|IL[23]\d{3})\b", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Warning();
}
