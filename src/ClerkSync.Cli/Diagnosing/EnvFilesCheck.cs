using ClerkSync.Cli.Configuration;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether a file holds settings that do not count: in a folder that is not read, of a name that is not read, or overridden.</summary>
internal sealed class EnvFilesCheck(CliHost host, IConfiguration configuration) : Check("env_files")
{
    /// <summary>Files that are read, best first.</summary>
    public static readonly string[] Read = [".env.local", ".env"];

    /// <summary>Files that frameworks read and ClerkSync does not.</summary>
    private static readonly string[] s_others = [".env.development.local", ".env.development", ".env.production.local", ".env.production", ".dev.vars"];

    private static readonly Setting[] s_settings = [Setting.SigningSecret, Setting.SecretKey, Setting.InstanceId, Setting.Database];

    /// <summary>A monorepo's packages lie some folders below its root.</summary>
    private const int MostFolders = 6;

    public override Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(FindNotRead() ?? FindMistyped() ?? FindOverridden() ?? Pass(
        "No file holds settings that do not count.", $"Read are {string.Join(" and ", Read)} in {PlainText.Line(host.WorkingDirectory)}."));

    private Finding? FindNotRead()
    {
        var missing = s_settings.Where(s => configuration.Get(s) is null).ToArray();
        foreach (var (path, isHere) in Candidates())
        {
            var names = missing.SelectMany(s => s.Names).Where(ValuesOf(path).ContainsKey).ToArray();
            if (names.Length == 0)
                continue;
            return Warn(
                "env_file_not_read",
                $"{PlainText.Line(path)} has {string.Join(", ", names)}, and is not read: ClerkSync reads {string.Join(" and ", Read)} of the folder where it is started.",
                isHere ? $"Put {(names.Length == 1 ? "it" : "them")} into .env.local." : "Start ClerkSync in that folder, or put the settings into .env.local here, or into the environment.");
        }

        return null;
    }

    /// <summary>A name that is almost one of the settings that are missing.</summary>
    private Finding? FindMistyped()
    {
        string[] missing = [.. s_settings.Where(s => configuration.Get(s) is null).SelectMany(s => s.Names)];
        string[] known = [.. Setting.All.SelectMany(s => s.Names)];
        foreach (var file in Read)
        {
            foreach (var name in ValuesOf(host.FullPath(file)).Keys.Where(n => n.Contains("CLERK", StringComparison.OrdinalIgnoreCase) && !known.Contains(n, StringComparer.OrdinalIgnoreCase)))
            {
                if (Diagnostics.NearestNames.To(name, missing, most: 1) is [var nearest])
                    return Warn("setting_mistyped", $"{file} has {PlainText.Line(name)}, which is no setting, and {nearest} is not set.", $"If that is meant, write {nearest}.");
            }
        }

        return null;
    }

    private IEnumerable<(string Path, bool IsHere)> Candidates()
    {
        foreach (var name in s_others)
            yield return (host.FullPath(name), true);
        var at = new DirectoryInfo(host.WorkingDirectory).Parent;
        for (var depth = 0; at is not null && depth < MostFolders; depth++, at = at.Parent)
        {
            foreach (var name in Read)
                yield return (Path.Join(at.FullName, name), false);
        }
    }

    /// <summary>A value in a file that differs from the one in the environment: somebody changed the file and wonders.</summary>
    private Finding? FindOverridden()
    {
        foreach (var file in Read)
        {
            var values = ValuesOf(host.FullPath(file));
            var names = s_settings.SelectMany(s => s.Names)
                .Where(n => values.TryGetValue(n, out var inFile) && host.Environment.TryGetValue(n, out var inEnvironment) && inEnvironment.Length > 0 && inEnvironment.Trim() != inFile.Trim())
                .ToArray();
            if (names.Length > 0)
            {
                return Warn(
                    "env_overridden",
                    $"{string.Join(", ", names)} of {file} does not count: the environment has another value, and comes first.",
                    "Remove it from the environment (unset), or from the file.");
            }
        }

        return null;
    }

    private static Dictionary<string, string> ValuesOf(string path)
    {
        try
        {
            // without a length: empty, or a pipe, which would be waited for
            return new FileInfo(path) is { Exists: true, Length: > 0 }
                ? DotEnvFile.Parse(File.ReadAllText(path)).Values.Where(v => v.Value.Length > 0).ToDictionary(StringComparer.Ordinal)
                : new Dictionary<string, string>(StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);    // what cannot be read is read by nobody
        }
    }
}
