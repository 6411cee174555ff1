using ClerkSync.Cli.Configuration;
using ClerkSync.Signing;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The configuration, as far as it can be read: a file with a mistake is left out, and told.</summary>
internal sealed class ExaminedConfiguration
{
    /// <summary>A named pipe that nobody writes to, or a network share that does not answer, is waited for no longer.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private ExaminedConfiguration(CliHost host, IConfigurationRoot values, CliException? mistake) => (Host, Values, Mistake) = (host, values, mistake);

    public CliHost Host { get; }

    public IConfigurationRoot Values { get; }

    /// <summary>The engine's options; only the flat names where the section cannot be read.</summary>
    public ClerkSyncOptions Options { get; private init; } = new();

    /// <summary>What <c>.clerksync/dev.json</c> says; null when there is none.</summary>
    public DevState? Development { get; private init; }

    /// <summary>What cannot be read; null for nothing.</summary>
    public CliException? Mistake { get; }

    /// <summary>Reads everything. Only the caller's cancellation throws.</summary>
    public static async Task<ExaminedConfiguration> LoadAsync(CliHost host, IReadOnlyList<(Setting Setting, string? Value)> flags, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_limit, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // opening such a file looks at no token
            return await Task.Run(() => Load(host, flags), cancellationToken).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Bind(host, WithoutFiles(host, flags), CliErrors.FileDoesNotEnd(NotOrdinary(host), s_limit), development: null);
        }
    }

    /// <summary>The signing secrets; only those under the flat names where the section cannot be read.</summary>
    public static SigningOptions SigningOf(IConfiguration configuration)
    {
        try
        {
            return SigningConfiguration.Read(configuration);
        }
        catch (InvalidOperationException)
        {
            var options = new SigningOptions();
            SigningConfiguration.ReadFlatNames(options, configuration);
            return options;
        }
    }

    private static ExaminedConfiguration Load(CliHost host, IReadOnlyList<(Setting Setting, string? Value)> flags)
    {
        var (values, mistake) = Build(host, flags);
        return Bind(host, values, mistake, DevState.Find(host.WorkingDirectory)?.State);
    }

    private static ExaminedConfiguration Bind(CliHost host, IConfigurationRoot values, CliException? mistake, DevState? development)
    {
        try
        {
            return new(host, values, mistake) { Options = DatabaseOpener.BindOptions(values), Development = development };
        }
        catch (CliException exception)
        {
            var options = new ClerkSyncOptions();
            DatabaseOpener.AddFlatNames(options, values);
            return new(host, values, mistake ?? exception) { Options = options, Development = development };
        }
    }

    private static (IConfigurationRoot Values, CliException? Mistake) Build(CliHost host, IReadOnlyList<(Setting Setting, string? Value)> flags)
    {
        try
        {
            return (CliConfiguration.Load(host, flags), null);
        }
        catch (Exception exception)    // whatever it is, the checks have their turn
        {
            var mistake = exception as CliException ?? exception.InnerException as CliException
                ?? (exception is InvalidDataException ? CliErrors.FileCannotBeLoaded(PlainText.Line(exception.Message)) : CliErrors.ConfigurationFailed(exception));
            return (WithFilesThatCanBeRead(host, flags), mistake);
        }
    }

    /// <summary>Without <c>clerksync.json</c> and what cannot be opened; a second mistake shows when the first is corrected.</summary>
    private static IConfigurationRoot WithFilesThatCanBeRead(CliHost host, IReadOnlyList<(Setting Setting, string? Value)> flags)
    {
        try
        {
            var builder = new ConfigurationBuilder();
            CliConfiguration.AddTo(builder, host, flags, watch: false);
            foreach (var file in builder.Sources.OfType<FileConfigurationSource>().ToArray())
            {
                if (file is ClerkSyncFileSource || !CanRead(host, file))
                    builder.Sources.Remove(file);
            }

            return builder.Build();
        }
        catch (Exception)
        {
            return WithoutFiles(host, flags);
        }
    }

    /// <summary>Nothing here can fail: of names that differ in their case only, one counts.</summary>
    private static IConfigurationRoot WithoutFiles(CliHost host, IReadOnlyList<(Setting Setting, string? Value)> flags)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in host.Environment.Where(pair => pair.Value.Length > 0))
            values[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        foreach (var (setting, value) in flags.Where(flag => flag.Value is not null))
            values[setting.Name] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private static bool CanRead(CliHost host, FileConfigurationSource file)
    {
        try
        {
            using var stream = File.OpenRead(host.FullPath(((DotEnvSource)file).FileName));
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;    // it may be missing
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Files without a length: what is none of an empty one is a pipe or a device.</summary>
    private static string[] NotOrdinary(CliHost host) =>
        [.. EnvFilesCheck.Read.Prepend(ClerkSyncFileSource.FileName).Where(f => new FileInfo(host.FullPath(f)) is { Exists: true, Length: 0 })];
}
