using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>Texts and numbers of JSON in the one form that every database takes.</summary>
internal static class JsonText
{
    /// <summary>Longest number that is kept as one; Clerk's have at most 19 digits.</summary>
    private const int LongestNumber = 64;

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>Decodes the escapes of a string token. U+0000 and lone surrogates become U+FFFD.</summary>
    /// <returns>Whether anything had to be replaced.</returns>
    public static bool Decode(ReadOnlySpan<byte> escaped, ByteBuffer into)
    {
        var isRepaired = false;
        while (!escaped.IsEmpty)
        {
            var next = escaped.IndexOf((byte)'\\');
            if (next < 0)
            {
                into.Append(escaped);
                break;
            }

            into.Append(escaped[..next]);
            if (escaped[next + 1] == (byte)'u')
            {
                var length = DecodeUnicode(escaped[next..], into, out var isReplaced);
                isRepaired |= isReplaced;
                escaped = escaped[(next + length)..];
            }
            else
            {
                into.Append(Unescaped(escaped[next + 1]));
                escaped = escaped[(next + 2)..];
            }
        }

        return isRepaired;
    }

    /// <summary>Writes a text with its quotes; only what JSON demands is escaped.</summary>
    public static void Write(ReadOnlySpan<byte> text, ByteBuffer into)
    {
        into.Append((byte)'"');
        foreach (var value in text)
        {
            switch (value)
            {
                case (byte)'"' or (byte)'\\':
                    into.Append((byte)'\\');
                    into.Append(value);
                    break;
                case < 0x20:
                    WriteControl(value, into);
                    break;
                default:
                    into.Append(value);
                    break;
            }
        }

        into.Append((byte)'"');
    }

    /// <summary>Whether every database holds the number exactly enough: an integer of 64 bits, or a finite double that does not vanish.</summary>
    public static bool IsRepresentable(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out _))
            return true;
        var text = reader.ValueSpan;
        if (text.Length > LongestNumber || text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
            return false;
        return reader.TryGetDouble(out var value) && double.IsFinite(value) && (value != 0 || !HasDigit(text));
    }

    /// <summary>
    /// Writes a representable number. One with an exponent that is whole after all becomes a plain integer, and a zero becomes 0: PostgreSQL
    /// takes 1e3 for the integer 1000 and refuses 0e99999, where SQLite sees a fraction in the first and nothing wrong in the second.
    /// </summary>
    public static void WriteNumber(ReadOnlySpan<byte> number, ByteBuffer into)
    {
        if (!TryGetWhole(number, out var whole))
        {
            into.Append(number);
            return;
        }

        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(whole, digits, out var written);
        into.Append(digits[..written]);
    }

    private static bool TryGetWhole(ReadOnlySpan<byte> number, out long whole)
    {
        whole = 0;
        var exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        if (exponentAt < 0)
            return false;
        if (!HasDigit(number))
            return true;
        if (!Utf8Parser.TryParse(number[(exponentAt + 1)..], out int zeros, out _))
            return false;

        var mantissa = number[..exponentAt];
        var point = mantissa.IndexOf((byte)'.');
        if (point >= 0)
            zeros -= mantissa.Length - point - 1;
        if (zeros < 0)
            return false;

        Int128 value = 0;
        foreach (var digit in mantissa)
        {
            if (digit is >= (byte)'0' and <= (byte)'9')
                value = (value * 10) + (digit - (byte)'0');
            if (value > (Int128)long.MaxValue + 1)
                return false;
        }

        for (; zeros > 0 && value <= (Int128)long.MaxValue + 1; zeros--)
            value *= 10;
        value = mantissa[0] == (byte)'-' ? -value : value;
        whole = unchecked((long)value);
        return whole == value;
    }

    private static bool HasDigit(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        return (exponent < 0 ? number : number[..exponent]).IndexOfAnyInRange((byte)'1', (byte)'9') >= 0;
    }

    private static int DecodeUnicode(ReadOnlySpan<byte> escaped, ByteBuffer into, out bool isReplaced)
    {
        const int Escape = 6;
        var first = (char)Hex(escaped[2..Escape]);
        isReplaced = false;
        Span<byte> bytes = stackalloc byte[4];
        if (char.IsHighSurrogate(first) && escaped.Length >= 2 * Escape && escaped[Escape] == (byte)'\\' && escaped[Escape + 1] == (byte)'u'
            && Rune.TryCreate(first, (char)Hex(escaped[(Escape + 2)..(2 * Escape)]), out var pair))
        {
            into.Append(bytes[..pair.EncodeToUtf8(bytes)]);
            return 2 * Escape;
        }

        if (first == '\0' || !Rune.TryCreate(first, out var rune))
        {
            isReplaced = true;
            into.Append(Replacement);
            return Escape;
        }

        into.Append(bytes[..rune.EncodeToUtf8(bytes)]);
        return Escape;
    }

    private static int Hex(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out int value, out _, 'X') ? value : throw new JsonException("A \\u escape without four hexadecimal digits.");

    private static byte Unescaped(byte letter) => letter switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => letter,
    };

    private static void WriteControl(byte value, ByteBuffer into)
    {
        into.Append((byte)'\\');
        switch (value)
        {
            case (byte)'\b':
                into.Append((byte)'b');
                break;
            case (byte)'\f':
                into.Append((byte)'f');
                break;
            case (byte)'\n':
                into.Append((byte)'n');
                break;
            case (byte)'\r':
                into.Append((byte)'r');
                break;
            case (byte)'\t':
                into.Append((byte)'t');
                break;
            default:
                into.Append("u00"u8);
                into.Append((byte)(value < 0x10 ? '0' : '1'));
                into.Append("0123456789abcdef"u8[value & 0xF]);
                break;
        }
    }
}
