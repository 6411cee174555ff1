using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>A program that a test started. All that it prints is kept, and it never outlives the tests.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>What a developer's shell or a build server may have set; tests say it themselves.</summary>
    private static readonly string[] Foreign = ["CLERK", "NEXT_PUBLIC_CLERK", "DATABASE_URL", "ASPNETCORE_", "DOTNET_ENVIRONMENT", "PORT", "PG"];

    private static readonly ConcurrentDictionary<ChildProcess, bool> Running = [];

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly Task _ended;
    private TaskCompletionSource _printed = NewSignal();

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var left in Running.Keys)
            left.Kill(withChildren: true);
    };

    private ChildProcess(Process process)
    {
        _process = process;
        Running[this] = true;
        process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ended = process.WaitForExitAsync();
    }

    public int Id => _process.Id;

    /// <summary>Everything printed so far: standard output, then standard error.</summary>
    public string Printed
    {
        get
        {
            lock (_lock)
                return string.Join('\n', [.. _output, .. _errors]);
        }
    }

    /// <summary>Standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _output);
        }
    }

    public static ChildProcess Start(IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => Foreign.Any(f => k.StartsWith(f, StringComparison.OrdinalIgnoreCase))).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Starts a program in a terminal of its own, of the usual width. All that it prints is standard output then.</summary>
    public static ChildProcess StartInTerminal(IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var line = string.Join(' ', command.Select(word => $"'{word}'"));
        return Start(
            ["script", "--quiet", "--flush", "--return", "--command", $"stty cols 80 rows 24; exec {line}", "/dev/null"],
            folder,
            new Dictionary<string, string>(environment, StringComparer.Ordinal) { ["TERM"] = "xterm-256color", ["SHELL"] = "/bin/sh" });
    }

    /// <summary>The first line on standard error that fits, as soon as it is there.</summary>
    /// <exception cref="InvalidOperationException">The program ended without printing it, or the deadline passed.</exception>
    public Task<string> ErrorLineAsync(Func<string, bool> fits) => LineAsync(_errors, fits);

    /// <summary>The first line on standard output that fits, as soon as it is there.</summary>
    /// <exception cref="InvalidOperationException">The program ended without printing it, or the deadline passed.</exception>
    public Task<string> OutputLineAsync(Func<string, bool> fits) => LineAsync(_output, fits);

    /// <summary>Types into standard input; after <see cref="StartInTerminal"/> that is the keyboard.</summary>
    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the end, output included.</summary>
    /// <returns>The exit code; 128 and the signal's number after a signal.</returns>
    public async Task<int> EndAsync(TimeSpan? within = null)
    {
        await _ended.WaitAsync(within ?? Deadline.Generous);
        Running.TryRemove(this, out _);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: nothing of the program runs after it.</summary>
    /// <param name="withChildren">Also whatever it started; that takes a moment to find.</param>
    public void Kill(bool withChildren = false)
    {
        try
        {
            _process.Kill(withChildren);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>SIGTERM: what an orderly stop sends.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>SIGINT: what Ctrl+C sends.</summary>
    public Task InterruptAsync() => SignalAsync("INT");

    /// <summary>SIGSTOP: nothing of the program runs until it may continue, and its connections stay open.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        Kill(withChildren: true);
        await EndAsync();
        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private async Task<string> LineAsync(List<string> lines, Func<string, bool> fits)
    {
        var deadline = Task.Delay(Deadline.Generous, TimeProvider.System);
        while (true)
        {
            var hasEnded = _ended.IsCompleted;
            Task printed;
            lock (_lock)
            {
                if (lines.FirstOrDefault(fits) is { } line)
                    return line;
                printed = _printed.Task;
            }

            if (hasEnded)
                throw new InvalidOperationException($"The program ended with {_process.ExitCode} before it printed the line. It printed:\n{Printed}");
            if (await Task.WhenAny(printed, _ended, deadline) == deadline)
                throw new InvalidOperationException($"The program did not print the line. It printed:\n{Printed}");
        }
    }

    private void Add(List<string> lines, string? line)
    {
        if (line is null)
            return;
        TaskCompletionSource printed;
        lock (_lock)
        {
            lines.Add(line);
            printed = _printed;
            _printed = NewSignal();
        }

        printed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
