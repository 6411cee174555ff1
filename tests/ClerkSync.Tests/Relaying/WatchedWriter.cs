using System.Text;

namespace ClerkSync.Tests.Relaying;

/// <summary>An output of which a test waits for lines.</summary>
internal sealed class WatchedWriter : TextWriter
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WatchedWriter() => NewLine = "\n";

    public override Encoding Encoding => Encoding.UTF8;

    public string[] Lines
    {
        get
        {
            lock (_gate)
                return _text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_gate)
        {
            _text.Append(value);
            _changed.TrySetResult();
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    /// <summary>The first line that holds a text, as soon as it is there.</summary>
    public async Task<string> LineAsync(string part)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_text.ToString().Split('\n')[..^1].FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } found)
                    return found;
                if (_changed.Task.IsCompleted)
                    _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
