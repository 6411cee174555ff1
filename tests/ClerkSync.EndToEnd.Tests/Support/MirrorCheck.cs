using System.Globalization;
using ClerkSync.Database.Tests.Convergence;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Inbox;
using ClerkSync.Receiving;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Reads with the library what servers left in a database.</summary>
internal static class MirrorCheck
{
    /// <summary>What of the acknowledged messages is lost, in words.</summary>
    public static async Task<IReadOnlyList<string>> LostAsync(TestDatabase database, IEnumerable<ObjectMessage> acknowledged)
    {
        await using var engine = await Engine.StartAsync(database);
        var inbox = (await engine.QueryAsync("SELECT id, result FROM {{inbox_messages}}")).ToDictionary(r => r[0]!, r => r[1]!, StringComparer.Ordinal);
        var rows = new Dictionary<(string, string), (long Version, bool IsDeleted)>();
        foreach (var table in acknowledged.Select(m => m.Table).Distinct(StringComparer.Ordinal))
        {
            foreach (var row in await engine.QueryAsync($"SELECT id, sync_version, deleted_at FROM {{{table}}}"))
                rows.Add((table, row[0]!), (long.Parse(row[1]!, CultureInfo.InvariantCulture), row[2] is not null));
        }

        return [.. acknowledged.Select(m => Lost(m, inbox, rows)).OfType<string>()];
    }

    /// <summary>Where a database differs from one that took the same messages in order through one receiver, in words.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(TestDatabase database, IEnumerable<ObjectMessage> messages, PostgresServer postgres)
    {
        await using var reference = await TestDatabase.CreateAsync(database.Kind, postgres);
        await using var inOrder = await Engine.StartAsync(
            reference, new() { InstanceId = ServerProcess.Instance, QueueBytes = long.MaxValue, CommitTimeout = TimeSpan.FromMinutes(1) });
        await Task.WhenAll(messages.Select(async m => Assert.Equal(ReceiveResult.Applied, (await inOrder.ReceiveAsync(m.Message.Id, m.Message.Body)).Result)));

        await using var found = await Engine.StartAsync(database);
        return [.. (await MirrorSnapshot.TakeAsync(found.Database)).DifferencesFrom(await MirrorSnapshot.TakeAsync(inOrder.Database))];
    }

    private static string? Lost(ObjectMessage message, Dictionary<string, string> inbox, Dictionary<(string, string), (long Version, bool IsDeleted)> rows)
    {
        if (!inbox.TryGetValue(message.Message.Id, out var result))
            return $"{message.Message.Id} is not in the inbox";
        if (!InboxResults.IsFinal(result))
            return $"{message.Message.Id} is {result}";
        if (!rows.TryGetValue((message.Table, message.ObjectId), out var row))
            return $"{message.ObjectId} of {message.Message.Id} has no row";
        return row.IsDeleted || (!message.IsDeletion && row.Version >= message.UpdatedAt)
            ? null
            : $"{message.ObjectId} has version {row.Version}, {message.Message.Id} was {(message.IsDeletion ? "its deletion" : $"version {message.UpdatedAt}")}";
    }
}
