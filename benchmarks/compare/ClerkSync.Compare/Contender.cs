using System.Diagnostics;
using System.Globalization;

namespace ClerkSync.Compare;

/// <summary>Where a contender keeps what it is sent.</summary>
internal enum Storage
{
    PostgreSql,
    Sqlite,
    None,
}

/// <summary>One way to take webhooks.</summary>
/// <param name="Key">How it is called on the command line and in the table.</param>
/// <param name="Name">What it is.</param>
/// <param name="Stores">What it keeps of a delivery.</param>
/// <param name="Storage">Where.</param>
/// <param name="Command">The program that listens.</param>
internal sealed record Contender(string Key, string Name, string Stores, Storage Storage, string[] Command)
{
    /// <summary>A second program that does the work later; null for none.</summary>
    public string[]? Worker { get; init; }

    /// <summary>Whether it answers 500 where two deliveries about one object meet, as its code does.</summary>
    public bool MayRefuse { get; init; }

    /// <summary>Whether it does not notice when a delivery comes twice, so that the prepared ones may be sent again.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>Whether the program only fills the database, and pgbench then carries out what it would.</summary>
    public bool IsBatch { get; init; }

    /// <summary>More of its environment.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>All of them, in the order of the table.</summary>
    public static IReadOnlyList<Contender> All(string repository)
    {
        var express = Path.Combine(repository, "benchmarks/compare/contenders/express");
        string[] handWritten = ["dotnet", Path.Combine(repository, "benchmarks/compare/contenders/HandWritten/bin/Release/net10.0/HandWritten.dll")];
        string[] serve = ["dotnet", Path.Combine(repository, "src/ClerkSync.Cli/bin/Release/net10.0/ClerkSync.Cli.dll"), "serve"];
        const string Row = "a row of seven columns";
        const string Everything = "message, document, derived columns, order";
        return
        [
            new("A", "Express, `verifyWebhook`, one upsert with `pg`", Row, Storage.PostgreSql, ["node", Path.Combine(express, "guide.mjs")]) { MayRepeat = true },
            new("B", "Express, `verifyWebhook`, BullMQ on Redis, a worker that upserts", Row, Storage.PostgreSql, ["node", Path.Combine(express, "queue.mjs")])
            {
                Worker = ["node", Path.Combine(express, "worker.mjs")],
            },
            new("C", "minimal API, HMAC, EF Core: find, change, save", Row, Storage.PostgreSql, [.. handWritten, "ef"]) { MayRepeat = true, MayRefuse = true },
            new("D", "minimal API, HMAC, Npgsql: one `INSERT … ON CONFLICT`", Row, Storage.PostgreSql, [.. handWritten, "npgsql"]) { MayRepeat = true },
            new("E", "`clerksync serve`, PostgreSQL", Everything, Storage.PostgreSql, serve),
            new("F", "`clerksync serve`, SQLite", Everything, Storage.Sqlite, serve),
            new("library", "ClerkSync in an application, PostgreSQL", Everything, Storage.PostgreSql, [.. handWritten, "library"]),
            new("G", "the same with one handler", $"{Everything}, a run each", Storage.PostgreSql, [.. handWritten, "handler"]),
            new("native", "`clerksync serve` as a native executable, PostgreSQL", Everything, Storage.PostgreSql, [Path.Combine(repository, "artifacts/native/clerksync"), "serve"]),
            new("batch", "limit: the same rows in batches by pgbench", Everything, Storage.PostgreSql, serve) { MayRepeat = true, IsBatch = true },
            new("verify", "limit: Kestrel, verification and reading, nothing stored", "nothing", Storage.None, [.. handWritten, "verify"]) { MayRepeat = true },
            new("answer", "limit: Kestrel reads the body and answers", "nothing", Storage.None, [.. handWritten, "answer"]) { MayRepeat = true },
        ];
    }
}

/// <summary>A contender that runs.</summary>
internal sealed class RunningContender : IAsyncDisposable
{
    private readonly List<Process> _processes = [];

    /// <summary>Nothing else writes there: a host that watches its folder for changed settings has nothing to see.</summary>
    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-compare-home-").FullName;

    private RunningContender(Uri url) => Url = url;

    /// <summary>Where webhooks go.</summary>
    public Uri Url { get; }

    public int ProcessId => _processes[0].Id;

    public bool HasEnded => _processes.Exists(p => p.HasExited);

    public double CpuSeconds => _processes.Sum(p => ProcessUse.CpuSeconds(p.Id));

    public double PeakMemory => _processes.Sum(p => ProcessUse.PeakMemory(p.Id));

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <param name="contender">Which.</param>
    /// <param name="database">URL of its database.</param>
    /// <param name="secret">The signing secret.</param>
    /// <param name="redis">URL of the queue; null where there is none.</param>
    public static async Task<RunningContender> StartAsync(Contender contender, string database, string secret, string? redis = null)
    {
        var running = Launch(contender, database, secret, redis);
        try
        {
            await running.WaitUntilReadyAsync(contender);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, and does not wait.</summary>
    public static RunningContender Launch(Contender contender, string database, string secret, string? redis = null)
    {
        var port = Ports.Free();
        var running = new RunningContender(new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/webhooks/clerk")));
        var environment = new Dictionary<string, string>
        {
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["DATABASE_URL"] = database,
            ["CLERKSYNC_DATABASE"] = database,
            ["CLERKSYNC_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
            ["CLERKSYNC_ADMIN_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}"),
            ["CLERK_WEBHOOK_SIGNING_SECRET"] = secret,
            ["REDIS_URL"] = redis ?? "",
            ["NODE_ENV"] = "production",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var (name, value) in contender.Settings)
            environment[name] = value;
        running._processes.Add(Start(contender.Command, environment, running._folder));
        if (contender.Worker is { } worker)
            running._processes.Add(Start(worker, environment, running._folder));
        return running;
    }

    /// <summary>Asks it to end, as an operator would, and waits until it has.</summary>
    public async Task StopAsync()
    {
        foreach (var process in _processes.Where(p => !p.HasExited))
        {
            await Commands.RunAsync("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
            await process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    public static Process Start(string[] command, IReadOnlyDictionary<string, string> environment, string folder)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;

        // What it prints is read and forgotten: a full pipe would stop it.
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private async Task WaitUntilReadyAsync(Contender contender)
    {
        using var client = new HttpClient();
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (_processes.Find(p => p.HasExited) is { } ended)
                throw new InvalidOperationException($"{contender.Key} ended with {ended.ExitCode}.");
            try
            {
                if ((await client.GetAsync(new Uri(Url, "/health/live"))).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        throw new InvalidOperationException($"{contender.Key} did not become ready within 30 s.");
    }
}
