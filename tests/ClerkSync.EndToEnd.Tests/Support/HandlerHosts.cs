using System.Globalization;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Signing;
using Npgsql;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Applications with four handlers on one database, and the tables in which these note what they do.</summary>
internal sealed class HandlerHosts : IAsyncDisposable
{
    public const int Handlers = 4;

    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _source;
    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-hold-").FullName;
    private readonly List<ServerProcess> _servers = [];

    private readonly TimeSpan _lease;

    private HandlerHosts(TestDatabase database, TimeSpan lease) => (_database, _source, _lease) = (database, NpgsqlDataSource.Create(database.ConnectionString), lease);

    /// <summary>The secret of all of them.</summary>
    public SigningSecret Secret { get; } = SigningSecret.Create();

    public static async Task<HandlerHosts> CreateAsync(PostgresServer postgres, TimeSpan lease)
    {
        var hosts = new HandlerHosts(await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres), lease);
        await using var command = hosts._source.CreateCommand(
            """
            CREATE TABLE starts (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handler text, message_id text, process int);
            CREATE TABLE holds (place text, process int, message_id text, is_over boolean, PRIMARY KEY (place, process));
            CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message_id text);
            """);
        await command.ExecuteNonQueryAsync();
        return hosts;
    }

    /// <summary>A message about an object, the later the higher its number.</summary>
    public static Message MessageOf(string type, int number, int user)
    {
        var at = 1_785_400_000_000 + number;
        return new(
            string.Create(CultureInfo.InvariantCulture, $"msg_{number}"),
            System.Text.Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"data":{"first_name":"Mara","id":"user_{{user:D4}}","updated_at":{{at}}},"instance_id":"{{ServerProcess.Instance}}","object":"event","timestamp":{{at}},"type":"{{type}}"}""")));
    }

    /// <summary>Starts one that stops at each of its holds until it is released.</summary>
    public async Task<ServerProcess> StartHeldAsync()
    {
        var file = HoldFileOf(_servers.Count);
        await File.WriteAllBytesAsync(file, []);
        var server = new ServerProcess(
            _database.ConnectionString,
            CommandLineProgram.HandlerHost,
            ("CLERK_WEBHOOK_SIGNING_SECRET", Secret.Reveal()),
            ("ClerkSync__Handlers__Lease", _lease.ToString("c", CultureInfo.InvariantCulture)),
            ("HOLD_FILE", file));
        _servers.Add(server);
        await server.StartAsync();
        return server;
    }

    /// <summary>Lets go on what it holds, and what it would hold after its next start.</summary>
    public void Release(ServerProcess server) => File.Delete(HoldFileOf(_servers.IndexOf(server)));

    /// <summary>Waits until it stands at these places.</summary>
    public Task HeldAsync(ServerProcess server, params string[] places) =>
        Deadline.UntilAsync($"process {server.ProcessId} stands at {string.Join(", ", places)}", async () =>
            await ScalarAsync("SELECT count(*) FROM holds WHERE process = $1 AND place = ANY ($2)", server.ProcessId, places) == places.Length);

    /// <summary>A number that the database knows.</summary>
    public async Task<long> ScalarAsync(string sql, params object[] values)
    {
        await using var command = _source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        await _source.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string HoldFileOf(int server) => Path.Combine(_folder, server.ToString(CultureInfo.InvariantCulture));
}
