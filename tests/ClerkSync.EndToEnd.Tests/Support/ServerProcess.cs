using ClerkSync.Database.Tests.Support;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>A running <c>clerksync serve</c>. It can be killed and started again on the same database.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Announcement = "Listening on ";

    private readonly List<ChildProcess> _processes = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-serve-").FullName;
    private readonly string _database;
    private readonly IReadOnlyList<string> _program;
    private readonly Dictionary<string, string> _environment;

    /// <summary>Prepares a server; it starts later.</summary>
    /// <param name="database">As in <c>CLERKSYNC_DATABASE</c>.</param>
    /// <param name="program">How to start the command line; the build beside the tests if null.</param>
    /// <param name="environment">Further variables.</param>
    public ServerProcess(string database, IReadOnlyList<string>? program = null, params IEnumerable<(string Name, string Value)> environment)
    {
        _database = database;
        _program = program ?? CommandLineProgram.Built;
        _environment = new(StringComparer.Ordinal)
        {
            ["CLERKSYNC_DATABASE"] = database,
            ["CLERK_WEBHOOK_SIGNING_SECRET"] = Secret.Reveal(),
            ["CLERK_INSTANCE_ID"] = Instance,
            ["CLERKSYNC_KEYS"] = Path.Combine(_folder, "keys"),
        };
        foreach (var (name, value) in environment)
            _environment[name] = value;
    }

    /// <summary>The instance of all samples.</summary>
    public const string Instance = "ins_3B91RIADOEaq07LDgixv9xe7Yai";

    public SigningSecret Secret { get; } = SigningSecret.Create();

    /// <summary>Where webhooks go; another port after each start.</summary>
    public Uri Webhook { get; private set; } = new("http://127.0.0.1/");

    public Uri Live => new(Webhook, "/health/live");

    public Uri Ready => new(Webhook, "/health/ready");

    public int ProcessId => Current.Id;

    /// <summary>Everything that all its processes printed.</summary>
    public string Printed => string.Join('\n', _processes.Select(p => p.Printed));

    private ChildProcess Current => _processes[^1];

    public static async Task<ServerProcess> StartAsync(TestDatabase database)
    {
        var server = new ServerProcess(AddressOf(database));
        await server.StartAsync();
        return server;
    }

    /// <summary>As a user writes it.</summary>
    public static string AddressOf(TestDatabase database) => database.Kind == DatabaseKind.Sqlite
        ? "sqlite:" + new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(database.ConnectionString).DataSource
        : database.ConnectionString;

    /// <summary>Puts a file into its working directory.</summary>
    public void WriteFile(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    /// <summary>Starts the process and waits until it listens.</summary>
    public async Task StartAsync()
    {
        _processes.Add(ChildProcess.Start([.. _program, "serve", "--urls", "http://127.0.0.1:0"], _folder, _environment));
        var line = await Current.ErrorLineAsync(l => l.StartsWith(Announcement, StringComparison.Ordinal));
        Webhook = new(line[Announcement.Length..]);
    }

    /// <summary>A line of its log, as soon as it is there.</summary>
    public Task<string> LogLineAsync(string part) => Current.ErrorLineAsync(l => l.Contains(part, StringComparison.Ordinal));

    /// <summary>SIGKILL, in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        Current.Kill();
        await Current.EndAsync();
    }

    /// <summary>SIGSTOP: it stands still, with all its connections open.</summary>
    public Task PauseAsync() => Current.PauseAsync();

    /// <summary>SIGCONT: it goes on where it was.</summary>
    public Task ContinueAsync() => Current.ContinueAsync();

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> EndAsync() => Current.EndAsync();

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await Current.TerminateAsync();
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public override string ToString() => $"{Webhook} on {_database}";
}
