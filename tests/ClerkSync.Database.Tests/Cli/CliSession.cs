using System.Threading.Channels;
using ClerkSync.Cli;
using ClerkSync.Database.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Cli;

/// <summary>The real command line in this process, in a folder of its own, with a database in its environment.</summary>
internal sealed class CliSession : IDisposable
{
    public static readonly DateTimeOffset Now = new(2027, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-cli-").FullName;

    public CliSession(string? address = null)
    {
        if (address is not null)
            Environment["CLERKSYNC_DATABASE"] = address;
    }

    public CliSession(TestDatabase database)
        : this(AddressOf(database))
    {
    }

    public string Folder => _folder;

    /// <summary>Where commands run; null for <see cref="Folder"/>.</summary>
    public string? WorkingDirectory { get; set; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public FakeTimeProvider Time { get; } = new(Now);

    /// <summary>Signals each timer that a command starts or sets anew, so that a test knows when it waits.</summary>
    public Channel<TimeSpan> Timers { get; } = Channel.CreateUnbounded<TimeSpan>();

    public bool IsTerminal { get; set; }

    /// <summary>Answers requests; most commands send none.</summary>
    public Func<HttpMessageHandler> HttpHandler { get; set; } = () => throw new InvalidOperationException("No command on a database sends requests.");

    public static string AddressOf(TestDatabase database) => database.Kind == DatabaseKind.Sqlite ? "sqlite:" + FileOf(database) : database.ConnectionString;

    public static string FileOf(TestDatabase database) => new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;

    public Task<CliOutcome> RunAsync(params string[] args) => RunAsync(new StringWriter(), TestContext.Current.CancellationToken, args);

    public async Task<CliOutcome> RunAsync(StringWriter output, CancellationToken cancellationToken, params string[] args)
    {
        output.NewLine = "\n";
        await using var error = new StringWriter { NewLine = "\n" };
        await using var bytes = new MemoryStream();
        var exitCode = await CommandLine.RunAsync(args, Host(output, error, bytes), cancellationToken);
        return new(exitCode, output.ToString(), error.ToString(), bytes.ToArray());
    }

    /// <summary>What a command touches of the world.</summary>
    public CliHost Host(TextWriter? output = null, TextWriter? error = null, Stream? bytes = null) => new()
    {
        In = Stream.Null,
        Out = output ?? TextWriter.Null,
        OutBytes = bytes ?? Stream.Null,
        Error = error ?? TextWriter.Null,
        OutIsTerminal = IsTerminal,
        Environment = Environment,
        WorkingDirectory = WorkingDirectory ?? _folder,
        Time = new SignallingTime(Time, Timers.Writer),
        HttpHandler = () => HttpHandler(),
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class SignallingTime(FakeTimeProvider time, ChannelWriter<TimeSpan> timers) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = time.CreateTimer(callback, state, dueTime, period);
            timers.TryWrite(dueTime);
            return new SignallingTimer(timer, timers);
        }

        private sealed class SignallingTimer(ITimer timer, ChannelWriter<TimeSpan> timers) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var isChanged = timer.Change(dueTime, period);
                if (dueTime > TimeSpan.Zero)
                    timers.TryWrite(dueTime);
                return isChanged;
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}

internal sealed record CliOutcome(int ExitCode, string Out, string Error, byte[] Bytes)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Hands on each line as it is written.</summary>
internal sealed class LineWriter : StringWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public ChannelReader<string> Lines => _lines.Reader;

    public override void WriteLine(string? value) => _lines.Writer.TryWrite(value ?? "");

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }
}
