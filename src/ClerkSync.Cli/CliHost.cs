using System.Collections;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace ClerkSync.Cli;

/// <summary>What a command may touch of the world around it. Tests hand in their own.</summary>
internal sealed class CliHost
{
    /// <summary>Standard input as bytes: a payload is verified exactly as it came.</summary>
    public required Stream In { get; init; }

    public required TextWriter Out { get; init; }

    /// <summary>Standard output as bytes, for what must arrive exactly as it is stored. Flush <see cref="Out"/> before.</summary>
    public Stream OutBytes { get; init; } = Stream.Null;

    /// <summary>Standard output for lines that another program reads: writing throws when that program has gone, where <see cref="Out"/> goes on in silence.</summary>
    public TextWriter Pipe { get => field ?? Out; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether a person looks at <see cref="Out"/>: colours and progress only then.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether standard input is a terminal, so that reading it would wait for somebody to type.</summary>
    public bool InIsTerminal { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Makes the handler for outgoing requests; the caller disposes it.</summary>
    public required Func<HttpMessageHandler> HttpHandler { get; init; }

    /// <summary>The console for tables and colours on standard output. Without a terminal it writes plain text and never wraps a line.</summary>
    public IAnsiConsole Screen => field ??= MakeScreen();

    public static CliHost OfThisProcess()
    {
        var environment = System.Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

        return new CliHost
        {
            In = Console.OpenStandardInput(),
            Out = Console.Out,
            OutBytes = Console.OpenStandardOutput(),
            Pipe = OpenPipe() ?? Console.Out,
            Error = Console.Error,
            OutIsTerminal = !Console.IsOutputRedirected,
            InIsTerminal = !Console.IsInputRedirected,
            Environment = environment,
            WorkingDirectory = Directory.GetCurrentDirectory(),
            Time = TimeProvider.System,
            // a webhook sender follows no redirects, and neither may anything that stands in for one
            HttpHandler = () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Proxy = new ProxyOffLoopback(() => HttpClient.DefaultProxy) },
        };
    }

    /// <summary>A path of the command line, seen from the working directory.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, WorkingDirectory);

    /// <summary>Null when standard output is none: a file needs the console's own writer, which keeps its place beside other writers.</summary>
    private static StreamWriter? OpenPipe()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return null;
        try
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!stream.CanSeek)
                return new StreamWriter(stream) { AutoFlush = true };
            stream.Dispose();
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // it is closed
        }

        return null;
    }

    private IAnsiConsole MakeScreen()
    {
        var colours = OutIsTerminal && !(Environment.TryGetValue("NO_COLOR", out var value) && value.Length > 0);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = OutIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = OutIsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(Out),
        });
        if (!OutIsTerminal)
            console.Profile.Width = 500;    // a redirected line is read by programs; 500 is wider than any table here
        return console;
    }
}
