using ClerkSync.Cli.Configuration;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The configuration, as far as it can be read: a file with a mistake is left out, and told.</summary>
internal sealed class ExaminedConfiguration
{
    private ExaminedConfiguration(CliHost host, IConfigurationRoot values, CliException? mistake) => (Host, Values, Mistake) = (host, values, mistake);

    public CliHost Host { get; }

    public IConfigurationRoot Values { get; }

    /// <summary>The engine's options; only the flat names where the section cannot be read.</summary>
    public ClerkSyncOptions Options { get; private init; } = new();

    /// <summary>What cannot be read; null for nothing.</summary>
    public CliException? Mistake { get; }

    public static ExaminedConfiguration Load(CliHost host, params IReadOnlyList<(Setting Setting, string? Value)> flags)
    {
        var (values, mistake) = Build(host, flags);
        try
        {
            return new(host, values, mistake) { Options = DatabaseOpener.BindOptions(values) };
        }
        catch (CliException exception)
        {
            var options = new ClerkSyncOptions();
            DatabaseOpener.AddFlatNames(options, values);
            return new(host, values, mistake ?? exception) { Options = options };
        }
    }

    private static (IConfigurationRoot Values, CliException? Mistake) Build(CliHost host, IReadOnlyList<(Setting Setting, string? Value)> flags)
    {
        try
        {
            return (CliConfiguration.Load(host, flags), null);
        }
        catch (Exception exception) when (exception is InvalidDataException or CliException)
        {
            // without the files; a second mistake shows when the first is corrected
            var builder = new ConfigurationBuilder();
            CliConfiguration.AddTo(builder, host, flags, watch: false);
            foreach (var file in builder.Sources.OfType<FileConfigurationSource>().ToArray())
            {
                if (file is ClerkSyncFileSource || !CanRead(host, file))
                    builder.Sources.Remove(file);
            }

            return (builder.Build(), exception as CliException ?? exception.InnerException as CliException ?? CliErrors.FileCannotBeLoaded(PlainText.Line(exception.Message)));
        }
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
}
