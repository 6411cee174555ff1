using System.Text;
using static ClerkSync.Database.Tests.BadInput.UserBodies;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>Bodies that Clerk would never send, in every way that was thought of.</summary>
internal static class BadBodies
{
    private static readonly string TenThousand = new('x', 10_000);

    public static IReadOnlyList<BadDelivery> All { get; } = [.. NotJson(), .. Envelopes(), .. Ids(), .. Bytes(), .. Characters(), .. Duplicates(), .. Requests()];

    private static IEnumerable<BadDelivery> NotJson()
    {
        yield return new() { Name = "empty", Body = _ => [], Status = 400, Word = "empty_body" };
        (string Name, string Text)[] texts =
        [
            ("white space", " \r\n\t "), ("a word", "not json"), ("a form", "type=user.updated&data=1"), ("HTML", "<!DOCTYPE html><html></html>"),
            ("an open object", "{"), ("an open text", "{\"type\":\"user.upd"), ("two roots", "{}{}"), ("a comment", "{/* */}"), ("single quotes", "{'type':'user.updated'}"),
            ("an array", "[]"), ("a text", "\"user.updated\""), ("a number", "42"), ("null", "null"), ("true", "true"), ("an empty object", "{}"), ("NaN", "{\"data\":NaN}"),
            ("a wrong escape", "{\"type\":\"\\x41\"}"), ("half an escape", "{\"type\":\"\\u00\"}"), ("a leading zero", "{\"timestamp\":01}"),
        ];
        foreach (var (name, text) in texts)
            yield return Unreadable($"not JSON: {name}", _ => text);
        yield return Unreadable("not JSON: an event with a tail", id => With(id, "\"a\":1") + "x");
        yield return Unreadable("not JSON: an event with a comma too much", id => With(id, "\"a\":[1,]"));
        yield return Unreadable("not JSON: an array of events", id => $"[{With(id, "\"a\":1")}]");
    }

    private static IEnumerable<BadDelivery> Envelopes()
    {
        yield return Unreadable("type: missing", id => With(id, "\"a\":1").Replace(",\"type\":\"user.updated\"", "", StringComparison.Ordinal));
        foreach (var type in new[] { "7", "null", "true", "{}", "[\"user.updated\"]", "\"\"", "\" \"", "\"\\u0000\"", "\"user.\\u0000updated\"", "\"user.\\u0001updated\"", "\"user.\\nupdated\"", "\"\\ud800\"" })
            yield return Unreadable($"type: {type}", id => Envelope(Data(id, "\"a\":1"), type: type));
        yield return Unreadable("type: 10,000 characters", id => Envelope(Data(id, "\"a\":1"), type: $"\"{TenThousand}\""));
        yield return new() { Name = "type: unknown", Body = id => Utf8(Envelope(Data(id, "\"a\":1"), type: "\"user.🦄\"")), Word = "stored" };
        yield return new() { Name = "type: another case", Body = id => Utf8(Envelope(Data(id, "\"a\":1"), type: "\"User.Updated\"")), Word = "stored" };

        yield return Unreadable("data: missing", _ => "{\"type\":\"user.updated\",\"timestamp\":1785400001000}");
        foreach (var data in new[] { "null", "7", "\"text\"", "true", "[]", "[{\"id\":\"user_1\"}]" })
            yield return Unreadable($"data: {data}", _ => Envelope(data));

        foreach (var timestamp in new[] { "-1", "0", "null", "\"1785400001000\"", "1785400001000.5", "1e400", "9223372036854775808", "999999999999999999", "{}", "[1]" })
            yield return Applied($"timestamp: {timestamp}", id => Envelope(Data(id, "\"a\":1"), timestamp), "sync_event_at", "1785400001000");
        yield return Applied("timestamp: missing", id => With(id, "\"a\":1").Replace("\"timestamp\":1785400001000,", "", StringComparison.Ordinal), "sync_event_at", "1785400001000");
        yield return Applied("timestamp: seconds", id => Envelope(Data(id, "\"a\":1"), "1785400003"), "sync_event_at", "1785400003000");
        yield return Applied("timestamp: the last moment", id => Envelope(Data(id, "\"a\":1"), "253402300799999"), "sync_event_at", "253402300799999");
        yield return Applied("instance: null", id => With(id, "\"a\":1").Replace($"\"{Instance}\"", "null", StringComparison.Ordinal), "instance_id", null);
        yield return new() { Name = "instance: not ours", Body = id => Utf8(With(id, "\"a\":1").Replace(Instance, "ins_\\nlong\\u0007", StringComparison.Ordinal)), Word = "ignored" };
    }

    private static IEnumerable<BadDelivery> Ids()
    {
        yield return Unreadable("id: missing", _ => Envelope("{\"object\":\"user\",\"updated_at\":1785400001000}"));
        foreach (var id in new[] { "null", "7", "true", "{}", "[]", "\"\"", "\" \"", "\"user 1\"", "\"user_1\\n\"", "\"user_\\u0000\"", "\"user_\\ud83d\"", "\"user_\\u009b2J\"", $"\"{TenThousand}\"" })
            yield return Unreadable($"id: {(id.Length > 50 ? "10,000 characters" : id)}", _ => Envelope($"{{\"id\":{id},\"object\":\"user\",\"updated_at\":1785400001000}}"));
        yield return new() { Name = "id: emoji", Body = id => Utf8(Envelope($"{{\"id\":\"{id}🦄\",\"updated_at\":1785400001000}}")), Word = "applied" };
        yield return new() { Name = "id: quotes and SQL", Body = id => Utf8(Envelope($"{{\"id\":\"{id}\\\"',\\\\{{}});--\",\"updated_at\":1785400001000}}")), Word = "applied" };
        yield return new() { Name = "id: 191 characters", Body = id => Utf8(Envelope($"{{\"id\":\"{id.PadRight(191, 'é')}\",\"updated_at\":1785400001000}}")), Word = "applied" };
    }

    private static IEnumerable<BadDelivery> Bytes()
    {
        (string Name, byte[] Bytes)[] values =
        [
            ("a lone continuation", [0x80]), ("an overlong NUL", [0xC0, 0x80]), ("a surrogate", [0xED, 0xA0, 0x80]), ("beyond Unicode", [0xF4, 0x90, 0x80, 0x80]),
            ("half a character", [0xE2, 0x82]), ("0xFF", [0xFF]), ("a raw NUL", [0]), ("a raw line feed", [10]), ("a raw escape", [27]),
        ];
        foreach (var (name, bytes) in values)
        {
            yield return new() { Name = $"bytes: {name} in a value", Body = id => Insert(With(id, "\"last_name\":\"?\""), bytes), Word = "unreadable" };
            yield return new() { Name = $"bytes: {name} in a key", Body = id => Insert(With(id, "\"?\":1"), bytes), Word = "unreadable" };
        }

        yield return new() { Name = "bytes: NUL after the end", Body = id => [.. Utf8(With(id, "\"a\":1")), 0], Word = "unreadable" };
        yield return new() { Name = "bytes: UTF-16", Body = id => Encoding.Unicode.GetBytes(With(id, "\"a\":1")), Word = "unreadable" };
        yield return new() { Name = "bytes: two marks", Body = id => [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, .. Utf8(With(id, "\"a\":1"))], Word = "unreadable" };
        yield return new() { Name = "bytes: only a mark", Body = _ => [0xEF, 0xBB, 0xBF], Word = "unreadable" };
        yield return new() { Name = "bytes: a mark in front", Body = id => [0xEF, 0xBB, 0xBF, .. Utf8(With(id, "\"a\":1"))], Word = "applied", Shows = ("first_name", "Bad") };
    }

    private static IEnumerable<BadDelivery> Characters()
    {
        (string Name, string Escape, bool IsRepaired)[] characters =
        [
            ("U+0000", "\\u0000", true), ("a lone high surrogate", "\\ud83d", true), ("a lone low surrogate", "\\uDE00", true),
            ("surrogates the wrong way", "\\ude00\\ud83d", true), ("two high surrogates", "\\ud83d\\ud83d\\ude00", true), ("a pair", "\\ud83d\\ude00", false),
            ("U+0001", "\\u0001", false), ("U+FFFF", "\\uffff", false), ("DEL", "\\u007f", false), ("quote and backslash", "\\\"\\\\\\/", false),
        ];
        foreach (var (name, escape, isRepaired) in characters)
        {
            var repairs = isRepaired ? "characters" : null;
            yield return Applied($"characters: {name} in a column", id => With(id, $"\"last_name\":\"a{escape}b\""), repairs: repairs);
            yield return Applied($"characters: {name} in metadata", id => With(id, $"\"unsafe_metadata\":{{\"a\":[\"{escape}\"]}}"), repairs: repairs);
            yield return Applied($"characters: {name} in a key of metadata", id => With(id, $"\"public_metadata\":{{\"a{escape}\":1,\"a\":2}}"), repairs: repairs);
            yield return Applied($"characters: {name} in a key", id => With(id, $"\"a{escape}\":1"), repairs: repairs);
            yield return Applied($"characters: {name} in the envelope", id => "{\"" + escape + "\":\"" + escape + "\"," + With(id, "\"a\":1")[1..]);
        }

        yield return Applied("characters: U+0000 shows as U+FFFD", id => With(id, "\"last_name\":\"a\\u0000b\""), "last_name", "a\uFFFDb", "characters");
    }

    private static IEnumerable<BadDelivery> Duplicates()
    {
        yield return Applied("duplicates: type", id => "{\"type\":\"user.deleted\"," + With(id, "\"a\":1")[1..], "first_name", "Bad");
        yield return Applied("duplicates: data", id => "{\"data\":{\"id\":\"user_other\"}," + With(id, "\"a\":1")[1..], "first_name", "Bad");
        yield return Unreadable("duplicates: data, the last is null", id => With(id, "\"a\":1")[..^1] + ",\"data\":null}");
        yield return Applied("duplicates: timestamp", id => "{\"timestamp\":1," + With(id, "\"a\":1")[1..], "sync_event_at", "1785400001000");
        yield return Applied("duplicates: id", id => With(id, "\"id\":7,\"id\":\"user_other\""), "first_name", "Bad");
        yield return Applied("duplicates: a column", id => With(id, "\"last_name\":\"one\",\"last_name\":\"two\""), "last_name", "two");
        yield return Applied("duplicates: a column, once escaped", id => With(id, "\"last_name\":\"one\",\"last\\u005fname\":\"two\""), "last_name", "two");
        yield return Applied("duplicates: a column of another kind", id => With(id, "\"last_name\":\"one\",\"last_name\":[]"), "last_name", null);
        yield return Applied("duplicates: metadata", id => With(id, "\"public_metadata\":{\"a\":1},\"public_metadata\":{\"a\":2,\"a\":3}"));
        yield return Applied("duplicates: keys that are repaired to one", id => With(id, "\"public_metadata\":{\"\\u0000\":1,\"\\ud800\":2}"), repairs: "characters");
    }

    private static IEnumerable<BadDelivery> Requests()
    {
        foreach (var type in new[] { null, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "no/such/type;;" })
            yield return new() { Name = $"content type: {type ?? "none"}", Body = id => Utf8(With(id, "\"a\":1")), Word = "applied", ContentType = type };
        yield return new() { Name = "chunked", Body = id => Utf8(With(id, "\"a\":1")), Word = "applied", IsChunked = true };
    }

    private static BadDelivery Unreadable(string name, Func<string, string> body) => new() { Name = name, Body = id => Utf8(body(id)), Word = "unreadable" };

    private static BadDelivery Applied(string name, Func<string, string> body, string column = "first_name", string? shown = "Bad", string? repairs = null) =>
        new() { Name = name, Body = id => Utf8(body(id)), Word = "applied", Shows = (column, shown), Repairs = repairs };

    /// <summary>Puts bytes where the text has its question mark.</summary>
    private static byte[] Insert(string text, byte[] bytes)
    {
        var at = text.IndexOf('?', StringComparison.Ordinal);
        return [.. Utf8(text[..at]), .. bytes, .. Utf8(text[(at + 1)..])];
    }
}
