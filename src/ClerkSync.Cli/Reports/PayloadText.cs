using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ClerkSync.Cli.Reports;

/// <summary>A stored payload, for people and for programs.</summary>
internal static class PayloadText
{
    private const string Indent = "  ";

    /// <summary>
    /// JSON with a line for each member, every name, text and number spelled as it is stored; anything that is not JSON as it stands. Control characters are
    /// written as <c>\u009b</c>, so that none reaches the terminal.
    /// </summary>
    public static string Pretty(byte[] payload)
    {
        var text = TryIndent(payload) ?? Encoding.UTF8.GetString(payload).ReplaceLineEndings("\n");
        if (!text.Any(IsUnfit))
            return text;
        return string.Concat(text.Select(letter => IsUnfit(letter) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") : letter.ToString()));
    }

    /// <summary>Whether the terminal would act on some of the bytes instead of showing them.</summary>
    public static bool IsFitForTerminal(byte[] payload) => Utf8.IsValid(payload) && !Encoding.UTF8.GetString(payload).Any(letter => letter != '\r' && IsUnfit(letter));

    /// <summary>The text as <c>payload</c>; bytes that are no text as <c>payload_b64</c>.</summary>
    public static void WriteJson(Utf8JsonWriter writer, byte[]? payload)
    {
        if (payload is null)
            writer.WriteNull("payload");
        else if (Utf8.IsValid(payload))
            writer.WriteString("payload", payload);
        else
            writer.WriteBase64String("payload_b64", payload);
    }

    private static bool IsUnfit(char letter) => char.IsControl(letter) && letter is not ('\n' or '\t');

    private static string? TryIndent(byte[] payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            var output = new ArrayBufferWriter<byte>(payload.Length * 2);
            var before = JsonTokenType.None;
            while (reader.Read())
            {
                Separate(output, before, reader.TokenType, reader.CurrentDepth);
                Append(output, ref reader);
                before = reader.TokenType;
            }

            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Separate(ArrayBufferWriter<byte> output, JsonTokenType before, JsonTokenType token, int depth)
    {
        if (before is JsonTokenType.None or JsonTokenType.PropertyName)
            return;
        var opens = before is JsonTokenType.StartObject or JsonTokenType.StartArray;
        var closes = token is JsonTokenType.EndObject or JsonTokenType.EndArray;
        if (opens && closes)
            return;
        var separator = new StringBuilder(opens || closes ? "\n" : ",\n").Insert(opens || closes ? 1 : 2, Indent, depth);
        output.Write(Encoding.UTF8.GetBytes(separator.ToString()));
    }

    private static void Append(ArrayBufferWriter<byte> output, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                output.Write("\""u8);
                output.Write(reader.ValueSpan);
                output.Write("\": "u8);
                break;
            case JsonTokenType.String:
                output.Write("\""u8);
                output.Write(reader.ValueSpan);
                output.Write("\""u8);
                break;
            default:
                output.Write(reader.ValueSpan);
                break;
        }
    }
}
