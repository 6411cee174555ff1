using System.Globalization;
using System.Text;

namespace ClerkSync.Handlers;

/// <summary>The beginning of an answer, for people to read.</summary>
internal static class ForwardAnswer
{
    /// <summary>How much of an answer is read and kept, in bytes.</summary>
    public const int Longest = 1024;

    /// <summary>How long the rest of an answer may take once its status is here: the status alone decides.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the beginning. An answer that breaks off, or does not come, is as long as it is.</summary>
    public static async Task<RunAnswer> ReadAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        var buffer = new byte[Longest + 1];
        var length = 0;
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), either.Token).ConfigureAwait(false) is > 0 and var read)
                    length += read;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The status is known, and that is what counts.
        }

        return new((int)response.StatusCode, TextOf(buffer.AsSpan(0, length)));
    }

    /// <summary>What was read, as text that every database and terminal can take. Bytes that are no text are only counted.</summary>
    public static string TextOf(ReadOnlySpan<byte> read)
    {
        var isCut = read.Length > Longest;
        var kept = isCut ? WithoutHalfCharacter(read[..Longest]) : read;
        try
        {
            var text = Strict.GetString(kept);
            return text.Contains('\0', StringComparison.Ordinal) ? Binary(Math.Min(read.Length, Longest), isCut) : Sanitised(text);
        }
        catch (DecoderFallbackException)
        {
            return Binary(Math.Min(read.Length, Longest), isCut);
        }
    }

    private static string Binary(int length, bool isCut) =>
        string.Create(CultureInfo.InvariantCulture, $"(no text: {(isCut ? "more than " : "")}{length} bytes)");

    private static string Sanitised(string text) =>
        string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsControl(source[i]) && source[i] is not ('\n' or '\t') ? ' ' : source[i];
        });

    /// <summary>A character at the cut, of which only the beginning was read, is no damage.</summary>
    private static ReadOnlySpan<byte> WithoutHalfCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= 3 && back <= bytes.Length; back++)
        {
            var value = bytes[^back];
            if ((value & 0xC0) == 0x80)
                continue;
            var needed = value switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
            return needed > back ? bytes[..^back] : bytes;
        }

        return bytes;
    }
}
