using System.Text.Json;
using ClerkSync.Signing;
using Microsoft.Data.Sqlite;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>The samples, started as their README says, with a sign-up sent by the command line.</summary>
public sealed class SamplesTests
{
    [Fact]
    public async Task QuickStart_greets_whoever_signs_up_and_has_the_row()
    {
        await using var sample = await SampleApp.StartAsync("QuickStart");

        await sample.TriggerAsync("user.created", "--set", "data.first_name=Ada");

        Assert.StartsWith("Welcome, Ada!", await sample.OutputLineAsync("Welcome"), StringComparison.Ordinal);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(sample.Folder, "quickstart.db")};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new SqliteCommand("SELECT first_name FROM clerk_users_live", connection);
        Assert.Equal("Ada", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WelcomeEmail_sends_one_mail_to_each_person()
    {
        await using var sample = await SampleApp.StartAsync("WelcomeEmail");
        var mails = Path.Combine(sample.Folder, "mails");

        await sample.TriggerAsync("user.created", "--count", "3");

        await Deadline.UntilAsync("three mails are there", () => Task.FromResult(Directory.Exists(mails) && Directory.GetFiles(mails).Length == 3));
        Assert.All(Directory.GetFiles(mails), mail => Assert.StartsWith("To: ", File.ReadAllText(mail), StringComparison.Ordinal));
    }

    [Fact]
    public async Task YourOwnTables_has_a_customer_for_each_user_with_what_the_shop_adds()
    {
        await using var sample = await SampleApp.StartAsync("YourOwnTables");

        await sample.TriggerAsync("user.created", "--set", "data.first_name=Ada");
        await sample.TriggerAsync("organization.created", "--set", "data.name=Engines");

        // The handler and the projection work after the answer, each at its own pace.
        var customer = default(JsonElement);
        await Deadline.UntilAsync("the customer has a voucher", async () =>
        {
            customer = (await sample.GetAsync("/customers")).EnumerateArray().FirstOrDefault();
            return customer.ValueKind == JsonValueKind.Object && customer.GetProperty("vouchers").GetArrayLength() > 0;
        });
        Assert.StartsWith("user_", customer.GetProperty("clerkId").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Ada", customer.GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Equal((0, JsonValueKind.False), (customer.GetProperty("points").GetInt32(), customer.GetProperty("banned").ValueKind));
        Assert.StartsWith("WELCOME-", Assert.Single(customer.GetProperty("vouchers").EnumerateArray()).GetString(), StringComparison.Ordinal);
        await Deadline.UntilAsync("the team is there", async () => (await sample.GetAsync("/teams")).EnumerateArray().Any(t => t.GetProperty("name").GetString() == "Engines"));
    }

    /// <summary>A sample as a process of its own, in an empty folder.</summary>
    private sealed class SampleApp(ChildProcess process, string folder, SigningSecret secret, string address) : IAsyncDisposable
    {
        private const string Announcement = "Now listening on: ";

        public string Folder => folder;

        public static async Task<SampleApp> StartAsync(string name)
        {
            var folder = Directory.CreateTempSubdirectory("clerksync-sample-").FullName;
            var secret = SigningSecret.Create();
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["CLERK_WEBHOOK_SIGNING_SECRET"] = secret.Reveal() };
            var process = ChildProcess.Start([.. CommandLineProgram.Sample(name), "--urls", "http://127.0.0.1:0"], folder, environment);
            var line = await process.OutputLineAsync(l => l.Contains(Announcement, StringComparison.Ordinal));
            return new(process, folder, secret, line[(line.IndexOf(Announcement, StringComparison.Ordinal) + Announcement.Length)..].Trim());
        }

        public Task<string> OutputLineAsync(string start) => process.OutputLineAsync(l => l.StartsWith(start, StringComparison.Ordinal));

        public async Task<JsonElement> GetAsync(string path)
        {
            using var client = new HttpClient { BaseAddress = new(address) };
            return JsonElement.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));
        }

        public async Task TriggerAsync(params string[] arguments)
        {
            await using var trigger = ChildProcess.Start(
                [.. CommandLineProgram.Built, "trigger", .. arguments, "--forward-to", $"{address}/api/webhooks/clerk", "--secret", secret.Reveal()], folder);
            Assert.True(await trigger.EndAsync() == 0, trigger.Printed);
        }

        public async ValueTask DisposeAsync()
        {
            await process.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
