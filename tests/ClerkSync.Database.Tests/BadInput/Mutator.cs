using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>Damages sample bodies. The same seed and number give the same body.</summary>
internal static partial class Mutator
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "1.5", "1e3", "1.785400000123e12", "-12E+2", "0e99999999999", "0e-20000", "0.0", "1e20", "1e308", "1e309", "5e-324", "1e-400",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "253402300799999", "253402300800000", "99999999999999", "1785400000",
        "\"\"", "\" \"", "\"text\"", "\"\\u0000\"", "\"\\ud83d\"", "\"\\ud83d\\ude00\"", "\"\\u0001\\n\\\"\\\\\"", "\"2026-07-30T08:26:11.000Z\"", "\"user_3BW3Js7WD94GTqrcZ3Lwa7lTuFT\"",
        "[]", "[null]", "[1,{},[\"a\"]]", "{}", "{\"id\":\"x_1\",\"updated_at\":1785400000000}", "{\"id\":null}", "{\"user_id\":\"user_x\"}", "{\"\\u0000\":1,\"\\ud800\":2}",
        $"\"{new string('é', 1001)}\"", $"\"{new string('x', 191)}\"", $"\"{new string('[', 100)}\"", new string('9', 200),
        new string('[', 30) + new string(']', 30), new string('[', 5000) + new string(']', 5000), "[{\"id\":\"x_1\",\"email_address\":\"ȺȾ{,}\\\"\"}]", "[{\"email_address\":7},{\"phone_number\":\"1\"}]",
    ];

    private static readonly string[] Pieces = ["\0", "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "0", "9", "e", ".", "-", "\\u0000", "\\ud800", "\\u0041", "é", "\n", "null"];

    private static readonly string[] AllNames = [.. Samples.Names, .. Samples.Variants];

    /// <summary>The sample of a case, with ids of its own so that cases do not meet in one row.</summary>
    public static (string Name, string Text) Sample(int number)
    {
        var name = AllNames[number % AllNames.Length];
        var suffix = string.Create(CultureInfo.InvariantCulture, $"n{number}");
        return (name, ClerkId().Replace(Encoding.UTF8.GetString(Samples.Read(name)), match => match.Value.StartsWith("ins_", StringComparison.Ordinal) ? match.Value : match.Value + suffix));
    }

    public static byte[] Mutate(int seed, int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var body = Encoding.UTF8.GetBytes(Sample(number).Text);
        for (var times = random.Next(1, 4); times > 0; times--)
            body = MutateOnce(body, random);
        return body;
    }

    private static byte[] MutateOnce(byte[] body, Random random)
    {
        if (body.Length == 0)
            return body;
        var at = random.Next(body.Length);
        switch (random.Next(10))
        {
            case 0:
                return Replace(body, at, at + 1, [(byte)(body[at] ^ (1 << random.Next(8)))]);
            case 1:
                return Replace(body, at, at + 1, [(byte)random.Next(256)]);
            case 2:
                return random.Next(4) == 0 ? body[..at] : Replace(body, at, Math.Min(body.Length, at + random.Next(1, 20)), []);
            case 3:
                return Replace(body, at, at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
            default:
                return Members(body) is { Count: > 0 } members ? MutateMember(body, members[random.Next(members.Count)], random) : body;
        }
    }

    private static byte[] MutateMember(byte[] body, Member member, Random random)
    {
        var value = Encoding.UTF8.GetBytes(Values[random.Next(Values.Length)]);
        switch (random.Next(6))
        {
            case 0:
                // Drop it, with the comma behind or else the one before.
                var end = member.End < body.Length && body[member.End] == (byte)',' ? member.End + 1 : member.End;
                var start = end == member.End && body[member.Start - 1] == (byte)',' ? member.Start - 1 : member.Start;
                return Replace(body, start, end, []);
            case 1:
                // Say it twice, the other time with another value.
                byte[] name = [.. body[member.Start..member.Value]];
                return random.Next(2) == 0 ? Replace(body, member.Start, member.Start, [.. name, .. value, (byte)',']) : Replace(body, member.End, member.End, [(byte)',', .. name, .. value]);
            case 2:
                // Give it another kind: its own value as a text, a list or an object.
                var own = Encoding.UTF8.GetString(body, member.Value, member.End - member.Value);
                string[] others = [$"[{own}]", $"{{\"id\":{own}}}", JsonSerializer.Serialize(own, MutatorJson.Default.String), $"[{own},{own}]"];
                return Replace(body, member.Value, member.End, Encoding.UTF8.GetBytes(others[random.Next(others.Length)]));
            default:
                return Replace(body, member.Value, member.End, value);
        }
    }

    private static byte[] Replace(byte[] body, int start, int end, byte[] with) => [.. body[..start], .. with, .. body[end..]];

    /// <summary>All members of all objects; none when the body is JSON no more.</summary>
    private static List<Member> Members(byte[] body)
    {
        var members = new List<Member>();
        var open = new Stack<(int Start, int Value)>();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
        (int Start, int Value)? next = null;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        next = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(next ?? (-1, 0));
                        next = null;
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        next = open.Pop();
                        goto default;
                    default:
                        if (next is { Start: >= 0 } member)
                            members.Add(new(member.Start, member.Value, (int)reader.BytesConsumed));
                        next = null;
                        break;
                }
            }
        }
        catch (JsonException)
        {
            return [];
        }

        return members;
    }

    [GeneratedRegex("[a-z]+_[0-9A-Za-z]{27}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClerkId();

    /// <summary>Where a member starts and ends, and where its value starts, colon excluded.</summary>
    private readonly record struct Member(int Start, int Value, int End);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class MutatorJson : System.Text.Json.Serialization.JsonSerializerContext;
