using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>All rows of all mirror tables, each column as a text, and the inbox.</summary>
internal sealed class MirrorSnapshot
{
    private MirrorSnapshot()
    {
    }

    /// <summary>Columns by table and id. <c>synced_at</c> is the local clock's and left out.</summary>
    public Dictionary<(string Table, string Id), Dictionary<string, string?>> Rows { get; } = [];

    /// <summary>Message ids, and whether the payload is erased.</summary>
    public Dictionary<string, bool> Inbox { get; } = new(StringComparer.Ordinal);

    public static async Task<MirrorSnapshot> TakeAsync(ClerkSyncDatabase database)
    {
        var snapshot = new MirrorSnapshot();
        await using var session = await database.OpenAsync(CancellationToken.None);
        foreach (var table in Catalogue.Tables)
        {
            await session.ExecuteAsync(
                [new SqlQuery($"SELECT * FROM {database.Dialect.TableName(SchemaArea.Mirror, table)}", [], reader => snapshot.Add(table, reader))],
                CancellationToken.None);
        }

        var inbox = database.Dialect.TableName(SchemaArea.Engine, "inbox_messages");
        await session.ExecuteAsync(
            [new SqlQuery($"SELECT id, payload IS NULL, erased_at IS NULL FROM {inbox}", [], reader =>
            {
                Assert.NotEqual(reader.GetBoolean(1), reader.GetBoolean(2));
                snapshot.Inbox.Add(reader.GetString(0), reader.GetBoolean(1));
            })],
            CancellationToken.None);
        return snapshot;
    }

    public static async Task ClearAsync(ClerkSyncDatabase database)
    {
        await using var session = await database.OpenAsync(CancellationToken.None);
        string[] names = [.. Catalogue.Tables.Select(t => database.Dialect.TableName(SchemaArea.Mirror, t)), database.Dialect.TableName(SchemaArea.Engine, "inbox_messages")];
        await session.ExecuteAsync([.. names.Select(n => new SqlQuery($"DELETE FROM {n}", []))], CancellationToken.None);
    }

    /// <summary>Where two databases differ, in words.</summary>
    public IEnumerable<string> DifferencesFrom(MirrorSnapshot expected)
    {
        foreach (var key in Rows.Keys.Union(expected.Rows.Keys).Order())
        {
            if (!Rows.TryGetValue(key, out var mine))
                yield return $"{key} is missing";
            else if (!expected.Rows.TryGetValue(key, out var theirs))
                yield return $"{key} is there and should not be";
            else
                foreach (var column in theirs.Keys.Where(c => mine[c] != theirs[c]))
                    yield return $"{key} {column}: {mine[column] ?? "NULL"}, expected {theirs[column] ?? "NULL"}";
        }

        foreach (var id in Inbox.Keys.Union(expected.Inbox.Keys).Order(StringComparer.Ordinal))
        {
            if (!Inbox.TryGetValue(id, out var mine) || !expected.Inbox.TryGetValue(id, out var theirs))
                yield return $"inbox: {id} is {(Inbox.ContainsKey(id) ? "there and should not be" : "missing")}";
            else if (mine != theirs)
                yield return $"inbox: the payload of {id} is {(mine ? "erased" : "kept")}";
        }
    }

    /// <summary>Where a database differs from what the rules foretell, in words.</summary>
    public IEnumerable<string> DifferencesFrom(Oracle oracle)
    {
        foreach (var (table, id, columns) in oracle.Rows())
        {
            if (!Rows.TryGetValue((table, id), out var row))
            {
                yield return $"({table}, {id}) is missing";
                continue;
            }

            foreach (var (column, expected) in columns)
            {
                var value = column == "data" && row["data"] is { } data ? CanonicalJson.Comparable(System.Text.Json.Nodes.JsonNode.Parse(data)) : row[column];
                if (value != expected)
                    yield return $"({table}, {id}) {column}: {value ?? "NULL"}, foretold {expected ?? "NULL"}";
            }
        }

        foreach (var (id, isErased) in oracle.Inbox())
        {
            if (!Inbox.TryGetValue(id, out var mine))
                yield return $"inbox: {id} is missing";
            else if (mine != isErased)
                yield return $"inbox: the payload of {id} is {(mine ? "erased" : "kept")}, foretold the opposite";
        }
    }

    private void Add(string table, DbDataReader reader)
    {
        var columns = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            if (reader.GetName(i) != "synced_at")
                columns.Add(reader.GetName(i), reader.IsDBNull(i) ? null : Text(reader.GetValue(i)));
        }

        Rows.Add((table, columns["id"]!), columns);
    }

    private static string Text(object value) => value switch
    {
        DateTime moment => Milliseconds(new(moment)),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        bool flag => flag ? "1" : "0",
        string[] list => JsonSerializer.Serialize(list, TestJson.Default.StringArray),
        string { Length: 24 } text when DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) => Milliseconds(moment),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Milliseconds(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
