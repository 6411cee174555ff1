using System.Text;

namespace ClerkSync.Cli;

/// <summary>Text from outside, made fit for a terminal.</summary>
internal static class PlainText
{
    /// <summary>One line without control characters, so that an answer cannot move the cursor or colour the screen.</summary>
    public static string Line(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var letter in text.Trim())
        {
            if (!char.IsControl(letter))
                result.Append(letter);
            else if (result.Length > 0 && result[^1] != ' ')
                result.Append(' ');
        }

        return result.ToString();
    }
}
