using System.Text;
using System.Threading.Channels;

namespace ClerkSync.Tests.Cli;

/// <summary>What a command prints, line by line, while it runs.</summary>
internal sealed class PrintedLines : StringWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _all = new();

    public ChannelReader<string> Reader => _lines.Reader;

    public string All
    {
        get
        {
            lock (_all)
                return _all.ToString();
        }
    }

    public void End() => _lines.Writer.TryComplete();

    /// <summary>The next line that holds a text, as soon as it is there.</summary>
    public async Task<string> NextAsync(string part, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in Reader.ReadAllAsync(cancellationToken))
            {
                if (line.Contains(part, StringComparison.Ordinal))
                    return line;
            }
        }
        catch (OperationCanceledException)
        {
            // what was printed says more
        }

        throw new InvalidOperationException($"It did not print \"{part}\". It printed:\n{All}");
    }

    public override void WriteLine(string? value)
    {
        lock (_all)
            _all.Append(value).Append('\n');
        foreach (var line in (value ?? "").Split('\n'))
            _lines.Writer.TryWrite(line);
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }
}
