using System.Buffers.Text;
using System.Text;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>A document that is rendered once and cut at its marks: a generated object is these pieces and the values between them.</summary>
/// <typeparam name="TPlace">What stands between the pieces.</typeparam>
internal sealed class GeneratedText<TPlace>
    where TPlace : struct, Enum
{
    /// <summary>Stands for a number in a document; it is replaced before the document is cut.</summary>
    public const long NumberMark = 1_000_000_000_000_001;

    private readonly List<(byte[] Before, TPlace Place)> _pieces = [];
    private readonly byte[] _last;

    /// <summary>Cuts a document.</summary>
    /// <param name="template">The document, with marks.</param>
    /// <param name="number">What <see cref="NumberMark"/> stands for.</param>
    public GeneratedText(ReadOnlySpan<byte> template, TPlace number)
    {
        var rest = Encoding.UTF8.GetString(template).Replace(NumberMark.ToString(System.Globalization.CultureInfo.InvariantCulture), Mark(number), StringComparison.Ordinal);
        while (rest.IndexOf("[[", StringComparison.Ordinal) is >= 0 and var at)
        {
            var end = rest.IndexOf("]]", at, StringComparison.Ordinal);
            _pieces.Add((Encoding.UTF8.GetBytes(rest[..at]), Enum.Parse<TPlace>(rest[(at + 2)..end])));
            rest = rest[(end + 2)..];
        }

        _last = Encoding.UTF8.GetBytes(rest);
    }

    /// <summary>The mark of a place, to be put into a text of the document.</summary>
    public static string Mark(TPlace place) => $"[[{place}]]";

    public void Write(ByteBuffer into, Action<TPlace, ByteBuffer> fill)
    {
        foreach (var (before, place) in _pieces)
        {
            into.Append(before);
            fill(place, into);
        }

        into.Append(_last);
    }

    public static void Number(long value, ByteBuffer into)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var written);
        into.Append(digits[..written]);
    }
}
