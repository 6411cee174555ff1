using System.Globalization;
using CsCheck;

namespace ClerkSync.Tests.Events.Raw;

/// <summary>Events as text, with everything that JSON allows: white space, escapes, equal keys, keys in any order, secrets in any place.</summary>
internal static class RandomJson
{
    private static readonly Gen<string> Space = Gen.Frequency((8, Gen.Const("")), (1, OneOf(" ", "\n", "\t ", " \r\n ")));

    private static readonly Gen<string> Character = Gen.Frequency(
        (6, Gen.Char['a', 'd'].Select(c => c.ToString())),
        (2, OneOf("é", "ß", "中", "🦄", "\u2028", "\uFFFD", "\u007f", " ", "/", "'", "{", "]", ",", ":")),
        (2, OneOf("\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t", "\\u0041", "\\u00e9", "\\u001F", "\\ud83e\\udd84")),
        (1, OneOf("\\u0000", "\\ud800", "\\uDC00", "\\udc00\\ud800", "\\ud800\\u0041")));

    private static readonly Gen<string> Text = Character.Array[0, 6].Select(c => $"\"{string.Concat(c)}\"");

    private static readonly Gen<string> Key = Gen.Frequency(
        (5, Text),
        (4, OneOf("\"a\"", "\"b\"", "\"id\"", "\"\\u0061\"", "\"object\"", "\"updated_at\"", "\"email_addresses\"")),
        (4, OneOf("\"token\"", "\"url\"", "\"otp_code\"", "\"tick\\u0065t\"", "\"nonce\"", "\"backup_codes\"", "\"external_verification_redirect_url\"")),
        (3, OneOf("\"message\"", "\"body\"", "\"subject\"", "\"data\"", "\"body_plain\"")),
        (3, OneOf("\"public_metadata\"", "\"unsafe_metadata\"", "\"private_metadat\\u0061\"", "\"verification\"")));

    private static readonly Gen<string> Number = Gen.Frequency(
        (4, Gen.Long.Select(n => n.ToString(CultureInfo.InvariantCulture))),
        (2, Gen.Double.Where(double.IsFinite).Select(n => n.ToString("R", CultureInfo.InvariantCulture))),
        (2, Gen.Select(Gen.Int[-999, 999], Gen.Int[0, 9999], Gen.Int[-25, 25]).Select((w, f, e) => string.Create(CultureInfo.InvariantCulture, $"{w}.{f}e{e:+0;-0}"))),
        (2, Gen.Select(Gen.Int[-999, 999], Gen.Int[0, 400]).Select((w, e) => string.Create(CultureInfo.InvariantCulture, $"{w}E{e}"))),
        (2, OneOf("0", "-0", "0.0", "-0e5", "0e99999999999", "9223372036854775808", "-9223372036854775808", "1e400", "1e-400", "5e-324", new('7', 65), $"0.{new string('1', 62)}", $"0.{new string('1', 63)}")));

    /// <summary>A whole body: all that matters, in any order.</summary>
    public static Gen<string> Event { get; } = Gen.Select(
        Object(4),
        OneOf("user.updated", "email.created", "sms.created", "something.new"),
        Gen.Select(Key.Where(k => k is not ("\"data\"" or "\"type\"")), Value(2)).Select((k, v) => $"{k}:{v}").Array[0, 3],
        Object(2).Array[0, 1],
        Gen.Int[0, 1_000_000],
        Space).Select((data, type, others, superseded, order, space) =>
        {
            List<string> members = [.. others.Where(o => !o.StartsWith("\"\\u0064ata\"", StringComparison.Ordinal)), $"\"type\":\"{type}\""];
            members.Insert(order % (members.Count + 1), $"\"data\"{space}:{space}{data}");
            if (superseded.Length > 0)
                members.Insert(0, $"\"data\":{superseded[0]}");
            return $"{space}{{{space}{string.Join($"{space},{space}", members)}{space}}}{space}";
        });

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Gen<string> Value(int depth) => depth == 0
        ? Gen.OneOf(Text, Number, OneOf("true", "false", "null"))
        : Gen.Frequency((3, Text), (3, Number), (1, OneOf("true", "false", "null")), (3, Object(depth - 1)), (2, Array(depth - 1)));

    private static Gen<string> Object(int depth) => Gen.Select(Gen.Select(Space, Key, Space, Value(depth)).Select((s, k, t, v) => $"{s}{k}{t}:{s}{v}{t}").Array[0, 6], Space)
        .Select((members, space) => $"{{{string.Join(',', members)}{space}}}");

    private static Gen<string> Array(int depth) => Gen.Select(Value(depth).Array[0, 4], Space).Select((items, space) => $"[{space}{string.Join($"{space},", items)}]");
}
