using System.Text.RegularExpressions;
using ClerkSync.Emulator;
using Microsoft.Data.Sqlite;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>
/// <c>serve --dev</c> in a terminal, from an empty folder to synced rows, with no other flag. The emulator and its relay stand in for Clerk; what a person does in Clerk's Dashboard and in
/// an editor, the test does.
/// </summary>
public sealed partial class ServeDevTests : IDisposable
{
    private const string CtrlC = "\u0003";

    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-dev-").FullName;

    [Fact]
    public async Task From_nothing_to_synced_rows()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = clock }, TestContext.Current.CancellationToken);
        var ada = clerk.Users.Create("ada@example.com", "Ada");

        // What a Next.js application has there anyway.
        Write($"CLERK_SECRET_KEY={clerk.SecretKey}\n");
        await using var terminal = Start(clerk);

        // In Clerk's Dashboard: the endpoint, with the URL that was printed.
        var line = await terminal.OutputLineAsync(l => l.Contains("/in/c_", StringComparison.Ordinal));
        var endpoint = clerk.DeliverTo(new(Plain(line).Trim()));
        await Deadline.UntilAsync("who was there before is filled in", async () => await EmailAsync(ada.Id) == "ada@example.com");

        // The first delivery comes with a secret that nobody has told the server yet.
        var grace = clerk.Users.Create("grace@example.com", "Grace");
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        await terminal.OutputLineAsync(l => l.Contains("signature_mismatch", StringComparison.Ordinal));
        Assert.Equal(400, Assert.Single(endpoint.Attempts).Status);

        // In an editor: the secret. Clerk sends the delivery again.
        Write($"CLERK_SECRET_KEY={clerk.SecretKey}\nCLERK_WEBHOOK_SIGNING_SECRET={clerk.SigningSecret}\n");
        await terminal.OutputLineAsync(l => l.Contains("A new signing secret counts from now on.", StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromSeconds(10));
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        Assert.Equal(200, endpoint.Attempts[^1].Status);
        Assert.Equal("grace@example.com", await EmailAsync(grace.Id));
        await terminal.OutputLineAsync(l => Plain(l).Contains($"user.created  {grace.Id}", StringComparison.Ordinal));

        await terminal.TypeAsync(CtrlC);
        Assert.Equal(0, await terminal.EndAsync());
        Assert.Equal(
            $"""
            Listening on http://127.0.0.1:PORT/api/webhooks/clerk
            Tables in sqlite:FOLDER/clerksync.db
            Missing: CLERK_WEBHOOK_SIGNING_SECRET, the Signing Secret of your endpoint in Clerk's Dashboard. Put it into .env.local; it is picked up at once. Until then one made up for this run counts.
            Try it, in another terminal in this folder: clerksync trigger user.created
            Give your endpoint in Clerk's Dashboard (Configure, Webhooks, Add Endpoint) this URL:
                http://127.0.0.1:PORT/in/TOKEN/
            Whoever knows it can read what Clerk sends there, so keep it to yourself.
            TIME  400 signature_mismatch  It was signed with a secret that is not known here. Put the Signing Secret of the endpoint into .env.local: CLERK_WEBHOOK_SIGNING_SECRET=whsec_…
            A new signing secret counts from now on.
            TIME  user.created  {grace.Id}  applied  MS ms
            """,
            Transcript(terminal.Printed));
        Assert.False(File.Exists(Path.Join(_folder, ".clerksync", "dev.json")));
        Assert.DoesNotContain(clerk.SigningSecret, terminal.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain(clerk.SecretKey, terminal.Printed, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private ChildProcess Start(ClerkEmulator clerk) => ChildProcess.StartInTerminal(
        [.. CommandLineProgram.Built, "serve", "--dev"],
        _folder,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLERK_API_URL"] = clerk.Url.ToString(),
            ["CLERKSYNC_RELAY_URL"] = clerk.RelayUrl.ToString(),
            ["CLERKSYNC_CONFIG_DIR"] = Path.Join(_folder, "config"),
            ["CLERKSYNC_URLS"] = "http://127.0.0.1:0",
            ["CLERKSYNC_ADMIN_URLS"] = "off",
        });

    /// <summary>In one step: a look at a half-written file would see settings that nobody made.</summary>
    private void Write(string text)
    {
        var file = Path.Join(_folder, ".env.local");
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private async Task<string?> EmailAsync(string id)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Join(_folder, "clerksync.db")};Mode=ReadOnly");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT primary_email_address FROM clerk_users_live WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) as string;
    }

    /// <summary>Without the log and what differs from run to run.</summary>
    private string Transcript(string printed)
    {
        var lines = Plain(printed).Replace("\r", "", StringComparison.Ordinal).Replace("^C", "", StringComparison.Ordinal).Replace(_folder, "FOLDER", StringComparison.Ordinal).Split('\n')
            .Where(l => l.Trim().Length > 0 && !LogLine().IsMatch(l))
            .Select(l => Time().Replace(Token().Replace(Port().Replace(l, "127.0.0.1:PORT"), "/in/TOKEN/"), "TIME"))
            .Select(l => Milliseconds().Replace(l, "  MS ms").TrimEnd());
        return string.Join('\n', lines);
    }

    private static string Plain(string text) => Escape().Replace(text, "");

    [GeneratedRegex(@"\x1b(\[[0-9;?]*[A-Za-z]|[=>])")]
    private static partial Regex Escape();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{3} ")]
    private static partial Regex LogLine();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d")]
    private static partial Regex Time();

    [GeneratedRegex(@"  \d+ ms")]
    private static partial Regex Milliseconds();

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Port();

    [GeneratedRegex(@"/in/c_\w{10}/")]
    private static partial Regex Token();
}
