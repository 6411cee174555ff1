using System.Diagnostics;
using System.Globalization;

namespace ClerkSync.Compare;

/// <summary>The queue of B, durable as a careful team would run it: every second to disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-compare-redis-").FullName;
    private readonly int _port = Ports.Free();
    private readonly Process _process;

    public RedisServer() => _process = RunningContender.Start(
        ["redis-server", "--bind", "127.0.0.1", "--port", Text(_port), "--dir", _folder, "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--save", ""],
        new Dictionary<string, string>(),
        _folder);

    public int ProcessId => _process.Id;

    public string Url => $"redis://127.0.0.1:{Text(_port)}";

    /// <summary>Waits until no job waits and none is being worked on.</summary>
    public async Task DrainedAsync()
    {
        while (await LengthAsync("wait") + await LengthAsync("active") > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> LengthAsync(string list) =>
        int.Parse(await Commands.ReadAsync("redis-cli", "-p", Text(_port), "LLEN", $"bull:clerk-webhooks:{list}"), CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
