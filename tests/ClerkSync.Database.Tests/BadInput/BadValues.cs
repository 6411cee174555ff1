using static ClerkSync.Database.Tests.BadInput.UserBodies;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>Users whose values no database would take as they are.</summary>
internal static class BadValues
{
    private const int Limit = 1024 * 1024;

    private static readonly string[] Numbers =
    [
        "9223372036854775808", "-9223372036854775809", "18446744073709551616", new('9', 200), "1e400", "-1e400", "1e-400", $"0.{new string('3', 200)}",
    ];

    public static IReadOnlyList<BadDelivery> All { get; } = [.. InMetadata(), .. InColumns(), .. Versions(), .. Depths(), .. Sizes()];

    private static IEnumerable<BadDelivery> InMetadata()
    {
        foreach (var number in Numbers)
            yield return Applied($"metadata: {Short(number)}", id => With(id, $"\"unsafe_metadata\":{{\"n\":[{number}]}}"), repairs: "numbers");
        foreach (var number in new[] { "9223372036854775807", "-9223372036854775808", "-0", "1.7976931348623157e308", "5e-324", "0e999", "0e99999999999", "0e-20000", "1E+2", "0.1" })
            yield return Applied($"metadata: {number}", id => With(id, $"\"unsafe_metadata\":{{\"n\":[{number}]}}"));
        foreach (var kind in new[] { "null", "7", "true", "\"text\"", "\"{}\"" })
            yield return Applied($"metadata: is {kind}", id => With(id, $"\"public_metadata\":{kind}"), "public_metadata", null);
        yield return Applied("metadata: everything at once", id => With(id, "\"unsafe_metadata\":{\"a\":\"\\u0000\",\"b\":1e400,\"c\":" + Nested(100) + "}"), repairs: "characters, numbers, depth");
    }

    private static IEnumerable<BadDelivery> InColumns()
    {
        foreach (var number in Numbers)
        {
            yield return Applied($"created_at: {Short(number)}", id => With(id, $"\"created_at\":{number}"), "created_at", null, "numbers");
            yield return Applied($"a count: {Short(number)}", id => With(id, $"\"create_organizations_limit\":{number}"), "create_organizations_limit", null, "numbers");
        }

        foreach (var value in new[] { "-1", "1.5", "1e15", "\"1785400000000\"", "true", "{}", "[1]", "null", "9223372036854775807", "999999999999999" })
            yield return Applied($"created_at: {value}", id => With(id, $"\"created_at\":{value}"), "created_at", null);
        yield return Applied("created_at: 0", id => With(id, "\"created_at\":0"), "created_at", "0");
        yield return Applied("created_at: with an exponent", id => With(id, "\"created_at\":1.785400000123e12"), "created_at", "1785400000123");
        yield return Applied("a count: with an exponent", id => With(id, "\"create_organizations_limit\":5E1"), "create_organizations_limit", "50");
        foreach (var value in new[] { "0.5", "5.0", "\"5\"", "true", "{}", "1000000000000000000" })
            yield return Applied($"a count: {value}", id => With(id, $"\"create_organizations_limit\":{value}"), "create_organizations_limit", null);
        foreach (var value in new[] { "0", "1", "\"true\"", "\"yes\"", "[]" })
            yield return Applied($"a flag: {value}", id => With(id, $"\"banned\":{value}"), "banned", null);
        foreach (var value in new[] { "5", "true", "{\"a\":1}", "[\"a\"]" })
            yield return Applied($"a text: {value}", id => With(id, $"\"username\":{value}"), "username", null);
        yield return Applied("a text: 10,000 characters", id => With(id, $"\"username\":\"{new string('x', 10_000)}\""), "username", null);
        yield return Applied("a text: 2,000 bytes that do not compress", id => With(id, $"\"username\":\"{Noise(2000)}\""), "username", Noise(2000));

        foreach (var list in new[] { "7", "{}", "\"text\"", "[null]", "[7,\"a\",[],{}]", "[{\"id\":7,\"email_address\":{}}]", "[{\"email_address\":\"\"}]", "{\"0\":{\"email_address\":\"a@b.c\"}}" })
            yield return Applied($"addresses: {list}", id => With(id, $"\"email_addresses\":{list},\"primary_email_address_id\":7"), "primary_email_address", null);
        yield return Applied("addresses: with every special character", id => With(id, "\"email_addresses\":[{\"id\":\"i\",\"email_address\":\"{a,b}\\\"\\\\'NULL\"}],\"primary_email_address_id\":\"i\""), "primary_email_address", "{a,b}\"\\'NULL");

        // 1,800 bytes, but 2,700 in small letters, which is more than an index entry may have.
        yield return Applied("addresses: longer in small letters", id => With(id, $"\"email_addresses\":[{{\"id\":\"i\",\"email_address\":\"{new string('Ⱥ', 900)}\"}}]"), "email_addresses", "[]");
    }

    /// <summary>An <c>updated_at</c> that is none counts as 0: the oldest state there is, and the first where there is no other.</summary>
    private static IEnumerable<BadDelivery> Versions()
    {
        foreach (var value in new[] { "-1", "0", "1.5", "null", "true", "\"1785400001000\"", "{}", "253402300800000", "9223372036854775807" })
            yield return Version(value, null);
        foreach (var number in Numbers)
            yield return Version(number, "numbers");

        static BadDelivery Version(string value, string? repairs) => new()
        {
            Name = $"updated_at: {Short(value)}",
            Body = id => Utf8(Envelope($"{{\"first_name\":\"Bad\",\"id\":\"{id}\",\"updated_at\":{value}}}")),
            Word = "stale",
            FirstWord = "applied",
            Repairs = repairs,
            Shows = ("first_name", "Bad"),
        };
    }

    private static IEnumerable<BadDelivery> Depths()
    {
        foreach (var (name, deep) in new[] { ("arrays", Nested(100_000)), ("objects", NestedObjects(100_000)), ("21 levels", Nested(21)) })
        {
            yield return Applied($"depth: metadata {name}", id => With(id, $"\"unsafe_metadata\":{deep}"), repairs: "depth");
            yield return Applied($"depth: more than once in metadata {name}", id => With(id, $"\"public_metadata\":{{\"a\":{deep},\"b\":[{Nested(100)}]}}"), repairs: "depth");
            yield return Applied($"depth: envelope {name}", id => $"{{\"deep\":{deep}," + With(id, "\"a\":1")[1..]);
            yield return new() { Name = $"depth: instance {name}", Body = id => Utf8(With(id, "\"a\":1").Replace($"\"{Instance}\"", deep, StringComparison.Ordinal)), Word = "ignored" };
            yield return Unreadable($"depth: type {name}", id => Envelope(Data(id, "\"a\":1"), type: deep));
            yield return Unreadable($"depth: root {name}", _ => deep);
            yield return Unreadable($"depth: data {name}", _ => Envelope($"[{deep}]"));
        }

        yield return Applied("depth: metadata, 20 levels", id => With(id, $"\"unsafe_metadata\":{Nested(20)}"));
        yield return Applied("depth: an unknown field, 63 levels", id => With(id, $"\"deep\":{Nested(63)}"));
        yield return Applied("depth: an unknown field, 64 levels", id => With(id, $"\"deep\":{Nested(64)}"), repairs: "depth");
        yield return Applied("depth: an unknown field, 100,000 levels", id => With(id, $"\"deep\":{Nested(100_000)}"), repairs: "depth");
        yield return Applied("depth: a column", id => With(id, $"\"last_name\":{NestedObjects(100_000)}"), "last_name", null, "depth");
        yield return Unreadable("depth: open", _ => new('[', 100_000));
        yield return Unreadable("depth: open in data", _ => "{\"data\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
    }

    private static IEnumerable<BadDelivery> Sizes()
    {
        yield return Applied("size: 1 MiB of one text", id => Filled(id, "\"unsafe_metadata\":{\"a\":\"§\"}", "x"));
        yield return Applied("size: 1 MiB of escapes", id => Filled(id, "\"unsafe_metadata\":{\"a\":\"§\"}", "\\u00e9"));
        yield return Applied("size: 1 MiB of U+0000", id => Filled(id, "\"unsafe_metadata\":{\"a\":\"§\"}", "\\u0000"), repairs: "characters");
        yield return Applied("size: 1 MiB of small arrays", id => Filled(id, "\"unsafe_metadata\":[§0]", "[],"));
        yield return Applied("size: 1 MiB of large numbers", id => Filled(id, "\"unsafe_metadata\":[§0]", "1e400,"), repairs: "numbers");
        yield return Applied("size: 1 MiB of one key", id => Filled(id, "\"unsafe_metadata\":{§\"a\":1}", "\"b\":1,"));
        yield return Applied("size: 1 MiB of keys, unsorted", id => With(id, $"\"unsafe_metadata\":{{{string.Concat(Enumerable.Range(0, 70_000).Select(i => $"\"{i * 7919L % 70_001:x}\":{i % 10},"))}\"a\":1}}"));
        yield return Applied("size: 1 MiB of addresses", id => Filled(id, "\"email_addresses\":[§0]", "{\"email_address\":\"a@b.example\"},"));
        yield return Applied("size: a key of 1 MiB", id => Filled(id, "\"unsafe_metadata\":{\"§\":1}", "k"));
        yield return Applied("size: exactly 1 MiB", id => Filled(id, "\"unsafe_metadata\":{\"a\":\"§\"}", "x", Limit));
        yield return new() { Name = "size: exactly 1 MiB, chunked", Body = id => Utf8(Filled(id, "\"unsafe_metadata\":{\"a\":\"§\"}", "x", Limit)), Word = "applied", IsChunked = true };
    }

    private static BadDelivery Applied(string name, Func<string, string> body, string column = "first_name", string? shown = "Bad", string? repairs = null) =>
        new() { Name = name, Body = id => Utf8(body(id)), Word = "applied", Shows = (column, shown), Repairs = repairs };

    private static BadDelivery Unreadable(string name, Func<string, string> body) => new() { Name = name, Body = id => Utf8(body(id)), Word = "unreadable" };

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    private static string NestedObjects(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels);

    /// <summary>Repeats a piece until the body has the size, or nearly.</summary>
    public static string Filled(string id, string members, string piece, int size = Limit)
    {
        var frame = With(id, members);
        var count = (size - (frame.Length - 1)) / piece.Length;
        return frame.Replace("§", string.Concat(Enumerable.Repeat(piece, count)), StringComparison.Ordinal);
    }

    private static string Short(string number) => number.Length > 30 ? $"{number[..3]}… of {number.Length} digits" : number;

    private static string Noise(int length)
    {
        var random = new Random(7);
        return string.Create(length, random, static (text, random) =>
        {
            foreach (ref var letter in text)
                letter = (char)('!' + random.Next(94));
            text.Replace('"', 'a');
            text.Replace('\\', 'b');
        });
    }
}
