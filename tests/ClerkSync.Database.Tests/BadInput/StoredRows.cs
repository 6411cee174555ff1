using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>Everything stored, in words that are the same on every database.</summary>
internal static class StoredRows
{
    /// <summary>From here on a double of seconds, as PostgreSQL makes one, has not all milliseconds any more: the year 2242.</summary>
    private const long InexactFrom = 8_500_000_000_000;

    private static readonly string[] Sync =
    [
        "instance_id", "sync_version", "sync_completeness", "sync_event_at", "sync_tiebreaker", "sync_source", "sync_message_id", "sync_repairs",
        "told_deleted_at", "last_seen_at", "proven_absent_at", "deleted_at", "deleted_by",
    ];

    private static readonly string[] Inbox =
    [
        "id", "event_type", "instance_id", "object_id", "user_id", "organization_id", "inviter_id", "event_at", "result", "why", "attempts", "next_attempt_at", "payload",
    ];

    /// <summary>Values by place: table, id, column.</summary>
    public static async Task<Dictionary<string, string?>> ReadAsync(Engine engine)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var table in MirrorTables.All)
        {
            (string Name, ColumnKind Kind)[] columns = [("id", ColumnKind.Id), ("data", ColumnKind.Json), .. MirrorSchema.PublicColumns(table).Skip(1).Select(c => (c.Name, c.Kind)), .. Sync.Select(s => (s, ColumnKind.Text))];
            foreach (var row in await engine.QueryAsync($"SELECT {string.Join(", ", columns.Select(c => $"\"{c.Name}\""))} FROM {{{table.Name}}}"))
            {
                for (var i = 1; i < columns.Length; i++)
                    values.Add($"{table.Name} {row[0]} {columns[i].Name}", columns[i].Kind is ColumnKind.Json or ColumnKind.TextList && row[i] is { } json ? Comparable(json) : row[i]);
            }
        }

        foreach (var row in await engine.QueryAsync($"SELECT {string.Join(", ", Inbox)} FROM {{{{inbox_messages}}}}"))
        {
            for (var i = 1; i < Inbox.Length; i++)
                values.Add($"inbox {row[0]} {Inbox[i]}", row[i]);
        }

        foreach (var view in new[] { "user_email_addresses", "user_phone_numbers", "user_external_accounts" })
        {
            var rows = (await engine.QueryAsync($"SELECT * FROM {{{view}}}")).Select(r => string.Join('|', r.Select(v => v ?? "NULL"))).Order(StringComparer.Ordinal);
            values.Add(view, string.Join('\n', rows));
        }

        return values;
    }

    public static IEnumerable<string> Differences(Dictionary<string, string?> one, Dictionary<string, string?> other) =>
        from place in one.Keys.Union(other.Keys, StringComparer.Ordinal)
        let a = one.TryGetValue(place, out var x) ? x : "(no row)"
        let b = other.TryGetValue(place, out var y) ? y : "(no row)"
        where a != b && !IsSameMoment(a, b)
        select $"{place}: {a ?? "NULL"} / {b ?? "NULL"}";

    private static bool IsSameMoment(string? a, string? b) =>
        long.TryParse(a, CultureInfo.InvariantCulture, out var x) && long.TryParse(b, CultureInfo.InvariantCulture, out var y)
        && Math.Min(x, y) >= InexactFrom && Math.Abs(x - y) <= 1;

    /// <summary>A document with sorted keys, one spelling of each text and each number.</summary>
    private static string Comparable(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 200 });
        var text = new StringBuilder();
        Write(document.RootElement, text);
        return text.ToString();
    }

    private static void Write(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var member in element.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    text.Append(member.Name).Append(':');
                    Write(member.Value, text);
                    text.Append(';');
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in element.EnumerateArray())
                {
                    Write(item, text);
                    text.Append(';');
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append('\'').Append(element.GetString()).Append('\'');
                break;
            case JsonValueKind.Number:
                text.Append(Number(element.GetRawText()));
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static string Number(string raw)
    {
        if (BigInteger.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && whole >= long.MinValue && whole <= long.MaxValue)
            return whole.ToString(CultureInfo.InvariantCulture);
        var value = double.Parse(raw, CultureInfo.InvariantCulture);
        return value == 0 ? "0" : value.ToString("R", CultureInfo.InvariantCulture);
    }
}
