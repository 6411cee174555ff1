using System.Text;

namespace ClerkSync.Cli;

/// <summary>Values of options that may stand in a file (<c>@file</c>) or come from standard input (<c>-</c>).</summary>
internal sealed class InputFiles(CliHost host)
{
    /// <summary>More than any webhook body; a wrong file is not read to its end.</summary>
    private const int LongestInput = 8 * 1024 * 1024;

    private string? _stdinTakenBy;

    /// <summary>A secret: the text itself, or the content of a file or of standard input without the white space around it.</summary>
    public async Task<string> ReadSecretAsync(string option, string value, CancellationToken cancellationToken)
    {
        if (value is not "-" && !value.StartsWith('@'))
            return value.Trim();
        var bytes = await ReadBytesAsync(option, value, cancellationToken);
        return Encoding.UTF8.GetString(bytes).Trim().TrimStart('\uFEFF');
    }

    /// <summary>The exact bytes of a file or of standard input. A value that is neither is refused.</summary>
    public async Task<byte[]> ReadBytesAsync(string option, string value, CancellationToken cancellationToken)
    {
        if (value is "-")
        {
            if (_stdinTakenBy is not null)
                throw CliErrors.StdinTwice(_stdinTakenBy, option);
            _stdinTakenBy = option;
            if (host.InIsTerminal)
                await host.Error.WriteLineAsync($"Reading {option} from standard input; end it with Ctrl+D.");
            return await ReadToEndAsync(option, host.In, cancellationToken);
        }

        if (value is not ['@', _, ..])
            throw CliErrors.InlineValue(option);

        var path = value[1..];
        try
        {
            await using var stream = File.OpenRead(host.FullPath(path));
            return await ReadToEndAsync(option, stream, cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CliErrors.FileNotFound(option, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliErrors.FileNotReadable(option, path);
        }
    }

    private static async Task<byte[]> ReadToEndAsync(string option, Stream stream, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[81_920];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > LongestInput)
                throw CliErrors.InputTooLong(option, LongestInput);
            await buffer.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
        }

        return buffer.ToArray();
    }
}
