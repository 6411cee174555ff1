using System.Globalization;

namespace ClerkSync.Events;

/// <summary>
/// JSON may escape half of a surrogate pair (<c>\ud83d</c>), which is no character: reading such a text later would throw, wherever it is touched.
/// Users can write it into their own metadata.
/// </summary>
internal static class LoneSurrogates
{
    private const int EscapeLength = 6;

    /// <summary>The same JSON with U+FFFD in place of every lone surrogate; the same bytes when there is none.</summary>
    public static ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> json)
    {
        byte[]? copy = null;
        for (var at = NextEscape(json, 0); at < json.Length; at = NextEscape(json, at))
        {
            if (CodeUnitAt(json, at) is not { } unit)
            {
                at += 2;
                continue;
            }

            if (char.IsHighSurrogate(unit) && CodeUnitAt(json, at + EscapeLength) is { } next && char.IsLowSurrogate(next))
            {
                at += 2 * EscapeLength;
                continue;
            }

            if (char.IsSurrogate(unit))
            {
                copy ??= json.ToArray();
                @"\ufffd"u8.CopyTo(copy.AsSpan(at));
            }

            at += EscapeLength;
        }

        return copy ?? json;
    }

    private static int NextEscape(ReadOnlySpan<byte> json, int from)
    {
        var next = from < json.Length ? json[from..].IndexOf((byte)'\\') : -1;
        return next < 0 ? json.Length : from + next;
    }

    private static char? CodeUnitAt(ReadOnlySpan<byte> json, int at) =>
        at + EscapeLength <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
            && ushort.TryParse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
