using System.Globalization;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>What may be shown of a secret: enough to tell two of them apart.</summary>
internal static class ShownSecret
{
    private const int Tail = 4;

    /// <summary>A text so short that its last letters are most of it shows none.</summary>
    private const int ShortestWithTail = 16;

    /// <summary>Whether it is <c>$NAME</c>, <c>${NAME}</c> or <c>%NAME%</c>, which a shell or a tool should have replaced.</summary>
    public static bool IsNotExpanded(string secret) =>
        secret.Trim().Trim('"', '\'') is { Length: > 1 } text && (text[0] == '$' || (text[0] == '%' && text[^1] == '%'));

    public static string Of(string secret)
    {
        var text = secret.Trim();
        return text.Length < ShortestWithTail
            ? string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters.")
            : string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters, ends in {PlainText.Line(text[^Tail..])}.");
    }
}
