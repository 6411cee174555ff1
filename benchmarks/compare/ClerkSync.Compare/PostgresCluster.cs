using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ClerkSync.Compare;

/// <summary>A PostgreSQL of this run's own, durable, on loopback, in a folder that goes with it. Every measurement gets a database of its own.</summary>
/// <param name="moreSettings">Settings beside these, as the server takes them on its command line.</param>
/// <param name="core">The core that is its own; null for any.</param>
internal sealed class PostgresCluster(string? moreSettings, int? core = null) : IAsyncDisposable
{
    /// <summary>Beside the defaults only what a small production server has too: memory, and no checkpoint forced by volume in the middle of a run.</summary>
    private const string Settings = "-c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=1GB -c max_wal_size=16GB -c fsync=on -c synchronous_commit=on";

    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-compare-").FullName;
    private readonly string _binaries = Directory.GetDirectories("/usr/lib/postgresql").Max(StringComparer.Ordinal) + "/bin";
    private readonly int _port = Ports.Free();
    private int _databases;

    public int ProcessId => int.Parse(File.ReadLines($"{_folder}/data/postmaster.pid").First(), CultureInfo.InvariantCulture);

    public async Task StartAsync()
    {
        if (IsRoot)
            await Commands.RunAsync("chown", "postgres:", _folder);
        await AsPostgresAsync("initdb", "-D", $"{_folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
        await AsPostgresAsync(
            "pg_ctl", "-D", $"{_folder}/data", "-w", "-s", "-l", $"{_folder}/log", "-o",
            string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c unix_socket_directories={_folder} {Settings} {moreSettings}"), "start");
    }

    /// <summary>A new, empty database, with everything before it written to disk.</summary>
    /// <returns>Its URL.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        await ExecuteAsync(Url("postgres"), "CHECKPOINT");
        if (_databases > 0)
            await ExecuteAsync(Url("postgres"), string.Create(CultureInfo.InvariantCulture, $"DROP DATABASE IF EXISTS bench{_databases} WITH (FORCE)"));
        _databases++;
        var name = string.Create(CultureInfo.InvariantCulture, $"bench{_databases}");
        await ExecuteAsync(Url("postgres"), $"CREATE DATABASE {name}");
        return Url(name);
    }

    /// <summary>Bytes of write-ahead log so far.</summary>
    public async Task<long> WalAsync() => Convert.ToInt64(await ScalarAsync(Url("postgres"), "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"), CultureInfo.InvariantCulture);

    public async Task<string> VersionAsync() => (string)(await ScalarAsync(Url("postgres"), "SHOW server_version"))!;

    public static async Task<object?> ScalarAsync(string url, string sql)
    {
        await using var connection = await OpenAsync(url);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync();
    }

    public static Task ExecuteAsync(string url, string sql) => ScalarAsync(url, sql);

    public static async Task<NpgsqlConnection> OpenAsync(string url)
    {
        var address = new Uri(url);
        var connection = new NpgsqlConnection(
            string.Create(CultureInfo.InvariantCulture, $"Host={address.Host};Port={address.Port};Username=postgres;Database={address.AbsolutePath[1..]};Pooling=false"));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>A program that comes with the server.</summary>
    public string Binary(string name) => $"{_binaries}/{name}";

    public async ValueTask DisposeAsync()
    {
        await AsPostgresAsync("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-s", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private string Url(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{_port}/{database}");

    /// <summary>initdb and postgres refuse to run as root.</summary>
    private Task AsPostgresAsync(string program, params string[] arguments) =>
        Commands.RunAsync([.. OnItsCore, .. IsRoot ? new[] { "runuser", "-u", "postgres", "--" } : [], Binary(program), .. arguments]);

    private string[] OnItsCore => core is { } number ? ["taskset", "-c", number.ToString(CultureInfo.InvariantCulture)] : [];
}

/// <summary>Programs that do one thing and end.</summary>
internal static class Commands
{
    public static async Task RunAsync(params string[] command)
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

    public static async Task<string> ReadAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}.\n{await errors}");
    }
}
