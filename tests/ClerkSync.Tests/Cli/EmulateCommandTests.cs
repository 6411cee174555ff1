using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClerkSync.Cli;
using ClerkSync.Cli.Configuration;

namespace ClerkSync.Tests.Cli;

public sealed class EmulateCommandTests : IDisposable
{
    private readonly CliRun _run = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task What_it_prints_is_what_an_application_needs()
    {
        await using var emulation = await Emulation.StartAsync(_run, "emulate", "--port", "0", "--users", "3", "--no-limit");
        var settings = DotEnvFile.Parse(emulation.Out);

        Assert.Empty(settings.Problems);
        Assert.Equal(
            ["CLERKSYNC_RELAY_URL", "CLERK_API_URL", "CLERK_INSTANCE_ID", "CLERK_JWT_KEY", "CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY", "CLERK_WEBHOOK_SIGNING_SECRET"],
            settings.Values.Keys.Order(StringComparer.Ordinal));
        using var key = RSA.Create();
        key.ImportFromPem(settings.Values["CLERK_JWT_KEY"]);
        using var users = await CallAsync(settings.Values, HttpMethod.Get, "users?limit=500");
        Assert.Equal(3, users.RootElement.GetArrayLength());
        using var instance = await CallAsync(settings.Values, HttpMethod.Get, "instance");
        Assert.Equal(settings.Values["CLERK_INSTANCE_ID"], instance.RootElement.GetProperty("id").GetString());
        Assert.Equal(0, await emulation.StopAsync());
        Assert.Equal($"Listening on {settings.Values["CLERK_API_URL"]}; Ctrl+C ends it, and all that it holds is gone.\n", emulation.Error);
    }

    [Fact]
    public async Task With_json_it_is_one_object_and_what_was_given_is_not_repeated()
    {
        _run.Write("key.txt", "sk_live_of_my_own\n");
        await using var emulation = await Emulation.StartAsync(
            _run, "emulate", "--port", "0", "--json", "--secret-key", "@key.txt", "--secret", CliRun.Secret, "--deliver-to", "http://localhost:1/hook?token=quiet");

        var settings = JsonDocument.Parse(emulation.Out).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!);

        Assert.Equal(["CLERKSYNC_RELAY_URL", "CLERK_API_URL", "CLERK_INSTANCE_ID", "CLERK_JWT_KEY", "CLERK_PUBLISHABLE_KEY"], settings.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("pk_live_", settings["CLERK_PUBLISHABLE_KEY"], StringComparison.Ordinal);
        Assert.StartsWith("Delivering to http://localhost:1/hook\n", emulation.Error, StringComparison.Ordinal);
        settings["CLERK_SECRET_KEY"] = "sk_live_of_my_own";
        using var count = await CallAsync(settings, HttpMethod.Get, "users/count");
        Assert.Equal(0, count.RootElement.GetProperty("total_count").GetInt32());
    }

    [Theory]
    [InlineData("flag")]
    [InlineData("dev server")]
    [InlineData("environment")]
    [InlineData("its own")]
    public async Task A_change_is_delivered_with_the_secret_that_the_endpoint_knows(string source)
    {
        var own = "whsec_wc7tyloA1zZkyp0D/z4FB2MyRIzHCtZE";
        await using var endpoint = await SampleEndpoint.StartAsync(source == "its own" ? own : CliRun.Secret);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        endpoint.Answer = _ =>
        {
            arrived.TrySetResult();
            return Task.CompletedTask;
        };
        if (source == "dev server")
            new DevState(endpoint.Url, CliRun.Secret, 1, null).Write(_run.Directory);
        if (source == "environment")
            _run.Environment["CLERK_WEBHOOK_SIGNING_SECRET"] = CliRun.Secret;
        string[] args = ["emulate", "--port", "0", "--seed", "1", "--deliver-to", endpoint.Url, .. source == "flag" ? ["--secret", CliRun.Secret] : Array.Empty<string>()];
        await using var emulation = await Emulation.StartAsync(_run, args);
        var settings = DotEnvFile.Parse(emulation.Out).Values;

        using var user = await CallAsync(settings, HttpMethod.Post, "users", """{"email_address":["ada@lantern.example"],"first_name":"Ada"}""");
        await arrived.Task.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Token);

        var sample = Assert.Single(endpoint.Received);
        Assert.Equal(("user.created", user.RootElement.GetProperty("id").GetString()), (sample.Type, sample.Json.GetProperty("data").GetProperty("id").GetString()));
        Assert.Equal(source == "its own" ? own : null, settings.GetValueOrDefault("CLERK_WEBHOOK_SIGNING_SECRET"));
    }

    [Fact]
    public async Task A_manual_clock_is_moved_over_http()
    {
        await using var emulation = await Emulation.StartAsync(_run, "emulate", "--port", "0", "--manual-clock");
        var settings = DotEnvFile.Parse(emulation.Out).Values;
        using var before = await CallAsync(settings, HttpMethod.Post, "users", "{}");

        using var http = new HttpClient();
        using var body = new StringContent("""{"seconds":3600}""", Encoding.UTF8, "application/json");
        using var moved = await http.PostAsync(new Uri($"{settings["CLERK_API_URL"]}/_emulator/clock/advance"), body, Token);
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        using var after = await CallAsync(settings, HttpMethod.Post, "users", "{}");

        static long At(JsonDocument user) => user.RootElement.GetProperty("created_at").GetInt64();
        Assert.InRange(At(before), CliRun.Now.ToUnixTimeMilliseconds(), CliRun.Now.ToUnixTimeMilliseconds() + 1_000);
        Assert.InRange(At(after) - At(before), 3_599_000, 3_601_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_start_makes_ids_of_an_earlier_one_unless_a_seed_is_given(bool hasSeed)
    {
        string[] args = ["emulate", "--port", "0", "--users", "2", "--deliver-to", "1", .. hasSeed ? ["--seed", "7"] : Array.Empty<string>()];
        var first = await CreateUserAsync(args);
        _run.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await CreateUserAsync(args);

        Assert.Equal(first.Stable, second.Stable);
        Assert.Equal(hasSeed, first.User == second.User);
        Assert.Equal(hasSeed, first.Message == second.Message);
    }

    [Fact]
    public async Task Faults_happen()
    {
        await using var emulation = await Emulation.StartAsync(_run, "emulate", "--port", "0", "--fault", "server_error=1");
        var settings = DotEnvFile.Parse(emulation.Out).Values;

        using var http = new HttpClient();
        using var request = Request(settings, HttpMethod.Get, "users");
        using var response = await http.SendAsync(request, Token);

        Assert.True((int)response.StatusCode >= 500, $"{response.StatusCode}");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var result = await _run.RunAsync("emulate", "--port", port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.StartsWith($"error: Something listens on port {port} already.\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port 70000 is no port.", "--port", "70000")]
    [InlineData("--users -1 is out of range.", "--users", "-1")]
    [InlineData("--secret-key is no secret key; it is 7 characters long.", "--secret-key", "pk_test")]
    [InlineData("--deliver-to 'ftp://x' is not an address.", "--deliver-to", "ftp://x")]
    [InlineData("--deliver-to has a user name or password in the address of example.com; Clerk's sender takes none.", "--deliver-to", "https://me:secret@example.com/")]
    [InlineData("--fault 'repeat' is not name=chance.", "--fault", "repeat")]
    [InlineData("--fault 'repeat=1.5' is not name=chance.", "--fault", "repeat=1.5")]
    [InlineData("--fault: there is no fault 'repeet'.\n  Did you mean 'repeat'?", "--fault", "repeet=0.5")]
    public async Task A_mistake_is_named(string message, params string[] args)
    {
        var result = await _run.RunAsync(["emulate", .. args]);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.StartsWith($"error: {message}", result.Error, StringComparison.Ordinal);
    }

    private async Task<(string Stable, string User, string Message)> CreateUserAsync(string[] args)
    {
        await using var emulation = await Emulation.StartAsync(_run, args);
        var settings = DotEnvFile.Parse(emulation.Out).Values;
        using var users = await CallAsync(settings, HttpMethod.Get, "users?limit=500");
        using var roles = await CallAsync(settings, HttpMethod.Get, "organization_roles");
        using var user = await CallAsync(settings, HttpMethod.Post, "users", "{}");
        using var http = new HttpClient();
        using var messages = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{settings["CLERK_API_URL"]}/_emulator/messages"), Token));
        var stable = new[] { settings["CLERK_INSTANCE_ID"], settings["CLERK_WEBHOOK_SIGNING_SECRET"] }
            .Concat(users.RootElement.EnumerateArray().Concat(roles.RootElement.GetProperty("data").EnumerateArray()).Select(IdOf));
        return (string.Join(' ', stable), IdOf(user.RootElement), IdOf(messages.RootElement.GetProperty("data")[0]));

        static string IdOf(JsonElement found) => found.GetProperty("id").GetString()!;
    }

    private static async Task<JsonDocument> CallAsync(IReadOnlyDictionary<string, string> settings, HttpMethod method, string path, string? body = null)
    {
        using var http = new HttpClient();
        using var request = Request(settings, method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
    }

    private static HttpRequestMessage Request(IReadOnlyDictionary<string, string> settings, HttpMethod method, string path) =>
        new(method, $"{settings["CLERK_API_URL"]}/v1/{path}") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", settings["CLERK_SECRET_KEY"]) } };

    /// <summary>A command that runs until it is stopped.</summary>
    private sealed class Emulation : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly StringWriter _output = new() { NewLine = "\n" };
        private readonly ReadyWriter _error = new() { NewLine = "\n" };
        private readonly Task<int> _running;

        private Emulation(CliRun run, string[] args) => _running = CommandLine.RunAsync(args, run.Host(_output, _error), _stopping.Token);

        public string Out => _output.ToString();

        public string Error => _error.ToString();

        public static async Task<Emulation> StartAsync(CliRun run, params string[] args)
        {
            var emulation = new Emulation(run, args);
            await Task.WhenAny(emulation._running, emulation._error.Ready).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Token);
            Assert.False(emulation._running.IsCompleted, emulation.Error);
            return emulation;
        }

        public async Task<int> StopAsync()
        {
            await _stopping.CancelAsync();
            return await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stopping.Dispose();
            await _output.DisposeAsync();
            await _error.DisposeAsync();
        }
    }

    private sealed class ReadyWriter : StringWriter
    {
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ready => _ready.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith("Listening on ", StringComparison.Ordinal) == true)
                _ready.TrySetResult();
        }
    }
}
