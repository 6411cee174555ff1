using System.Text;
using ClerkSync.Cli;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Cli;

/// <summary>Runs the real command line in this process, in a folder of its own.</summary>
internal sealed class CliRun : IDisposable
{
    public const string Secret = "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ";

    public static readonly DateTimeOffset Now = new(2027, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("clerksync-cli-").FullName;

    /// <summary>A folder below <see cref="Directory"/>, or the same.</summary>
    public string? WorkingDirectory { get; set; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public FakeTimeProvider Time { get; } = new(Now);

    public byte[] Input { get; set; } = [];

    public Func<HttpMessageHandler> HttpHandler { get; set; } = () => new SocketsHttpHandler { AllowAutoRedirect = false };

    public string Write(string name, string text)
    {
        var path = Path.Join(Directory, name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public CliHost Host(TextWriter? output = null, TextWriter? error = null) => new()
    {
        In = new MemoryStream(Input),
        Out = output ?? TextWriter.Null,
        Error = error ?? TextWriter.Null,
        Environment = Environment,
        WorkingDirectory = WorkingDirectory ?? Directory,
        Time = Time,
        HttpHandler = HttpHandler,
    };

    public Task<CliResult> RunAsync(params string[] args) => RunUntilAsync(TestContext.Current.CancellationToken, args);

    public async Task<CliResult> RunUntilAsync(CancellationToken cancellationToken, params string[] args)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        var exitCode = await CommandLine.RunAsync(args, Host(output, error), cancellationToken);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

internal sealed record CliResult(int ExitCode, string Out, string Error)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public byte[] OutBytes => Encoding.UTF8.GetBytes(Out);
}
