using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;

namespace ClerkSync.Cli.Configuration;

/// <summary><c>clerksync.json</c> as a source of configuration: its short names become the flat ones, so that the environment overrides them.</summary>
internal sealed class ClerkSyncFileSource(Action<string> warn) : JsonConfigurationSource
{
    public const string FileName = "clerksync.json";

    public Action<string> Warn => warn;

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        Path = FileName;
        EnsureDefaults(builder);
        return new ClerkSyncFileProvider(this);
    }
}

internal sealed class ClerkSyncFileProvider(ClerkSyncFileSource source) : JsonConfigurationProvider(source)
{
    /// <summary>Parts of the file that have members of their own. Whoever uses one checks it.</summary>
    private static readonly string[] s_sections = ["ClerkSync", "$schema", Serving.ForwardsSection.Name, ProjectionsInFile.Member];

    private bool _wasLoaded;

    public override void Load(Stream stream)
    {
        var before = Data;
        try
        {
            using var settings = ProjectionsInFile.Without(stream);
            base.Load(settings);
            Data = Rename(Data);
            _wasLoaded = true;
        }
        catch (Exception exception) when (_wasLoaded && exception is FormatException or CliException)
        {
            // half-written while a server runs: what was read before goes on to count
            Data = before;
            source.Warn($"{ClerkSyncFileSource.FileName} was changed and cannot be read any more; the settings read before stay. {Mistake(exception).Message}");
        }
        catch (FormatException exception)
        {
            throw Mistake(exception);
        }
    }

    private static CliException Mistake(Exception exception)
    {
        if (exception is CliException known)
            return known;
        var place = exception.InnerException as JsonException;
        return CliErrors.FileIsNotJson(ClerkSyncFileSource.FileName, place?.LineNumber + 1, place?.BytePositionInLine + 1);
    }

    private static Dictionary<string, string?> Rename(IDictionary<string, string?> read)
    {
        var result = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in read)
        {
            var top = key.Split(':', 2)[0];
            var setting = Setting.All.FirstOrDefault(setting => string.Equals(setting.FileKey, top, StringComparison.OrdinalIgnoreCase));
            if (setting is not null)
            {
                if (!string.IsNullOrEmpty(value))
                    result[setting.Name] = value;
            }
            else if (s_sections.Contains(top, StringComparer.OrdinalIgnoreCase))
                result[key] = value;
            else
                throw CliErrors.UnknownSettingInFile(ClerkSyncFileSource.FileName, top, [.. Setting.All.Select(known => known.FileKey), .. s_sections]);
        }

        return result;
    }
}
