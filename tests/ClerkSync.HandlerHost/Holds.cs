using System.Collections.Concurrent;
using Npgsql;

namespace ClerkSync.HandlerHost;

/// <summary>Places at which the process stops with the first message that comes by, for as long as a file is there, so that a test can kill it there.</summary>
/// <param name="source">Where it is written down, on a connection of its own.</param>
/// <param name="file">The file; null to stop nowhere.</param>
internal sealed class Holds(NpgsqlDataSource source, string? file)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, string> _passed = new(StringComparer.Ordinal);

    /// <summary>Stops here if this is the first message. No token ends it: who was held still tries to write its result.</summary>
    public async Task PassAsync(string place, string messageId)
    {
        if (!File.Exists(file) || !_passed.TryAdd(place, messageId))
            return;
        await ExecuteAsync("INSERT INTO holds (place, process, message_id, is_over) VALUES ($1, $2, $3, false)", place, Environment.ProcessId, messageId);
        while (File.Exists(file))
            await Task.Delay(BetweenLooks, TimeProvider.System, CancellationToken.None);
        await ExecuteAsync("UPDATE holds SET is_over = true WHERE place = $1 AND process = $2", place, Environment.ProcessId);
    }

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
