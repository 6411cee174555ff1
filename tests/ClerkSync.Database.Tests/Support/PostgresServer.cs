using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ClerkSync.Database.Tests.Support;

/// <summary>A PostgreSQL server of this test run's own: started from the installed binaries, on loopback, in a folder that goes with it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private string _folder = "";
    private int _databases;

    /// <summary>Durable servers sync each commit: for tests that kill them.</summary>
    public bool IsDurable { get; init; }

    public int Port { get; private set; }

    /// <summary>Why there is no server; null when there is one.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Binaries() is not { } binaries)
        {
            Missing = "PostgreSQL is not installed: run ./build.sh test, which installs it, or install the package \"postgresql\".";
            return;
        }

        _folder = Directory.CreateTempSubdirectory("clerksync-pg-").FullName;
        Port = FreePort();
        var isRoot = Environment.UserName == "root";
        if (isRoot)
            await RunAsync("chown", "postgres:", _folder);
        await RunAsync(isRoot, Path.Combine(binaries, "initdb"), "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder.Length == 0)
            return;
        await StopAsync("immediate");
        Directory.Delete(_folder, recursive: true);
    }

    public Task StartAsync()
    {
        var durability = IsDurable ? "-c fsync=on" : "-c fsync=off -c full_page_writes=off";
        var options = string.Create(
            CultureInfo.InvariantCulture,
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=200 {durability}");
        return RunAsync(Environment.UserName == "root", Path.Combine(Binaries()!, "pg_ctl"), "-D", Data, "-w", "-s", "-l", Path.Combine(_folder, "log"), "-o", options, "start");
    }

    public Task StopAsync(string mode) =>
        RunAsync(Environment.UserName == "root", Path.Combine(Binaries()!, "pg_ctl"), "-D", Data, "-m", mode, "-s", "stop");

    /// <summary>A new, empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        if (Missing is not null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", Missing);
            Assert.Fail(Missing);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _databases)}");
        // Not from the pool: tests stop the server, and what lies there is dead then.
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Maximum Pool Size=20;Include Error Detail=true");

    private string Data => Path.Combine(_folder, "data");

    private static string? Binaries()
    {
        var folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var v) ? v : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Concat(path).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>initdb and postgres refuse to run as root.</summary>
    private static Task RunAsync(bool asPostgres, params string[] command) =>
        asPostgres ? RunAsync(["runuser", "-u", "postgres", "--", .. command]) : RunAsync(command);

    private static async Task RunAsync(params string[] command)
    {
        // Output goes nowhere: the server that pg_ctl leaves behind would keep a pipe open.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        foreach (var argument in new[] { "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh" }.Concat(command))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }
}
