using System.Globalization;
using System.Numerics;
using System.Text;

namespace ClerkSync.Tests.Events.Raw;

/// <summary>
/// What the reader must make of a body, written a second time without a thought for speed: a parser by recursive descent over characters,
/// a tree, and a writer. Shares no code with the reader, not even a JSON library.
/// </summary>
internal sealed class ReferenceReader
{
    private static readonly string[] Metadata = ["public_metadata", "private_metadata", "unsafe_metadata"];
    private static readonly string[] Secrets = ["otp_code", "ticket", "token", "backup_codes", "nonce", "url", "external_verification_redirect_url"];
    private static readonly string[] MessageTexts = ["body", "body_plain", "subject", "message", "data"];

    private readonly string _text;
    private int _at;

    private ReferenceReader(string text) => _text = text;

    /// <summary>The canonical document of a well-formed event, and whether anything had to be repaired.</summary>
    public static (string Document, bool IsRepaired) Document(string body)
    {
        var root = (List<Field>)new ReferenceReader(body).Parse();
        var data = (List<Field>)Last(root, "data")!;
        var writer = new Writer(IsMessage(root));
        writer.WriteObject(data, 1, 0, inVerification: false);
        return (writer.Text.ToString(), writer.IsRepaired);
    }

    /// <summary>The body without its secret members: each goes with one comma beside it.</summary>
    public static string Payload(string body)
    {
        var root = (List<Field>)new ReferenceReader(body).Parse();
        var cuts = new bool[body.Length];
        foreach (var data in root.Where(f => f.Name == "data" && f.Value is List<Field>))
        {
            // All but the last are superseded: what they are is not known, so they are treated as a message.
            var isLast = ReferenceEquals(data.Value, Last(root, "data"));
            Cut((List<Field>)data.Value, 1, 0, inVerification: false, !isLast || IsMessage(root), cuts, body);
        }

        return new([.. body.Where((_, i) => !cuts[i])]);
    }

    private static bool IsMessage(List<Field> root) => Last(root, "type") is Text { Value: var type } && (type.StartsWith("email.", StringComparison.Ordinal) || type.StartsWith("sms.", StringComparison.Ordinal));

    private static object? Last(List<Field> fields, string name) => fields.LastOrDefault(f => f.Name == name)?.Value;

    private static bool IsSecret(Field field, int depth, bool inMetadata, bool inVerification, bool isMessage) =>
        !inMetadata && (Secrets.Contains(field.Name) || (inVerification && field.Name == "message") || (isMessage && depth == 1 && MessageTexts.Contains(field.Name)));

    private static void Cut(List<Field> fields, int depth, int metadataDepth, bool inVerification, bool isMessage, bool[] cuts, string body)
    {
        var kept = 0;
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (!IsSecret(field, depth, metadataDepth > 0, inVerification, isMessage))
            {
                kept++;
                CutInside(field.Value, depth + 1, Deeper(metadataDepth, field.Name), field.Name == "verification", cuts, body, isMessage);
                continue;
            }

            var from = kept > 0 ? fields[i - 1].End : field.Start;
            var to = kept == 0 && i + 1 < fields.Count ? fields[i + 1].Start : field.End;
            Array.Fill(cuts, true, from, to - from);
        }
    }

    private static void CutInside(object value, int depth, int metadataDepth, bool inVerification, bool[] cuts, string body, bool isMessage)
    {
        if (value is List<Field> fields)
            Cut(fields, depth, metadataDepth, inVerification, isMessage, cuts, body);
        else if (value is List<object> items)
            items.ForEach(i => CutInside(i, depth + 1, metadataDepth > 0 ? metadataDepth + 1 : 0, inVerification, cuts, body, isMessage));
    }

    private static int Deeper(int metadataDepth, string name) => metadataDepth > 0 ? metadataDepth + 1 : Metadata.Contains(name) ? 1 : 0;

    private object Parse()
    {
        Space();
        var value = Value();
        Space();
        Assert.Equal(_text.Length, _at);
        return value;
    }

    private object Value()
    {
        var start = _at;
        switch (_text[_at])
        {
            case '{':
                var fields = new List<Field>();
                Separated('}', () =>
                {
                    var from = _at;
                    var name = String();
                    Space();
                    _at++;
                    Space();
                    var value = Value();
                    fields.Add(new(name.Value, name.IsRepaired, value, from, _at));
                });
                return fields;
            case '[':
                var items = new List<object>();
                Separated(']', () => items.Add(Value()));
                return items;
            case '"':
                return String();
            default:
                while (_at < _text.Length && !" \t\r\n,]}".Contains(_text[_at], StringComparison.Ordinal))
                    _at++;
                return new Plain(_text[start.._at]);
        }
    }

    private void Separated(char end, Action item)
    {
        _at++;
        Space();
        while (_text[_at] != end)
        {
            item();
            Space();
            if (_text[_at] == ',')
                _at++;
            Space();
        }

        _at++;
    }

    private Text String()
    {
        var units = new StringBuilder();
        for (_at++; _text[_at] != '"'; _at++)
        {
            if (_text[_at] != '\\')
            {
                units.Append(_text[_at]);
                continue;
            }

            var letter = _text[++_at];
            if (letter == 'u')
            {
                units.Append((char)int.Parse(_text.AsSpan(_at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                _at += 4;
            }
            else
            {
                var index = "bfnrt".IndexOf(letter, StringComparison.Ordinal);
                units.Append(index < 0 ? letter : "\b\f\n\r\t"[index]);
            }
        }

        _at++;
        var whole = units.ToString();
        var repaired = new StringBuilder();
        for (var i = 0; i < whole.Length; i++)
        {
            var isPair = char.IsHighSurrogate(whole[i]) && i + 1 < whole.Length && char.IsLowSurrogate(whole[i + 1]);
            if (isPair)
                repaired.Append(whole[i]).Append(whole[++i]);
            else
                repaired.Append(whole[i] == 0 || char.IsSurrogate(whole[i]) ? '\uFFFD' : whole[i]);
        }

        return new(repaired.ToString(), repaired.ToString() != whole);
    }

    private void Space()
    {
        while (_at < _text.Length && " \t\r\n".Contains(_text[_at], StringComparison.Ordinal))
            _at++;
    }

    private sealed record Field(string Name, bool IsNameRepaired, object Value, int Start, int End);

    private sealed record Text(string Value, bool IsRepaired);

    /// <summary>A number or a word.</summary>
    private sealed record Plain(string Value);

    private sealed class Writer(bool isMessage)
    {
        public StringBuilder Text { get; } = new();

        public bool IsRepaired { get; private set; }

        public void WriteObject(List<Field> fields, int depth, int metadataDepth, bool inVerification)
        {
            var kept = new Dictionary<string, Field>(StringComparer.Ordinal);
            foreach (var field in fields.Where(f => !IsSecret(f, depth, metadataDepth > 0, inVerification, isMessage)))
                kept[field.Name] = field;
            Text.Append('{');
            var written = 0;
            foreach (var field in kept.Values.OrderBy(f => Convert.ToHexString(Encoding.UTF8.GetBytes(Quoted(f.Name)[1..^1])), StringComparer.Ordinal))
            {
                if (written++ > 0)
                    Text.Append(',');
                Text.Append(Quoted(field.Name)).Append(':');
                IsRepaired |= field.IsNameRepaired;
                Write(field.Value, depth + 1, Deeper(metadataDepth, field.Name), metadataDepth == 0 && field.Name == "verification");
            }

            Text.Append('}');
        }

        private void Write(object value, int depth, int metadataDepth, bool inVerification)
        {
            switch (value)
            {
                case List<Field> fields:
                    WriteObject(fields, depth, metadataDepth, inVerification);
                    break;
                case List<object> items:
                    Text.Append('[');
                    for (var i = 0; i < items.Count; i++)
                    {
                        if (i > 0)
                            Text.Append(',');
                        Write(items[i], depth + 1, metadataDepth > 0 ? metadataDepth + 1 : 0, inVerification);
                    }

                    Text.Append(']');
                    break;
                case Text text:
                    IsRepaired |= text.IsRepaired;
                    Text.Append(Quoted(text.Value));
                    break;
                case Plain { Value: "true" or "false" or "null" } word:
                    Text.Append(word.Value);
                    break;
                case Plain number:
                    var shown = Number(number.Value);
                    IsRepaired |= shown is null;
                    Text.Append(shown ?? Quoted(number.Value));
                    break;
            }
        }

        /// <summary>The number as it is kept, or null where no database could.</summary>
        private static string? Number(string text)
        {
            if (!text.AsSpan().ContainsAny('.', 'e', 'E'))
                return BigInteger.Parse(text, CultureInfo.InvariantCulture) is var whole && whole >= long.MinValue && whole <= long.MaxValue ? text : null;
            var value = double.Parse(text, CultureInfo.InvariantCulture);
            var mantissa = text.Split('e', 'E')[0];
            if (text.Length > 64 || !double.IsFinite(value) || (value == 0 && mantissa.Any(c => c is >= '1' and <= '9')))
                return null;
            return Whole(text) ?? text;
        }

        /// <summary>A number with an exponent that leaves no digit behind the point is a whole one, if it has 64 bits.</summary>
        private static string? Whole(string text)
        {
            if (text.Split('e', 'E') is not [var mantissa, var power])
                return null;
            var fraction = mantissa.Contains('.', StringComparison.Ordinal) ? mantissa.Length - mantissa.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
            var zeros = BigInteger.Parse(power, CultureInfo.InvariantCulture) - fraction;
            if (zeros < 0)
                return null;
            var digits = BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            if (digits.IsZero)
                return "0";
            if (zeros > 400)
                return null;
            var whole = digits * BigInteger.Pow(10, (int)zeros);
            return whole >= long.MinValue && whole <= long.MaxValue ? whole.ToString(CultureInfo.InvariantCulture) : null;
        }

        private static string Quoted(string text) => $"\"{string.Concat(text.Select(Escaped))}\"";

        private static string Escaped(char c) => c switch
        {
            '"' or '\\' => $"\\{c}",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            _ => c.ToString(),
        };
    }
}
