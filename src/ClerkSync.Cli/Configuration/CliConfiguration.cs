using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;

namespace ClerkSync.Cli.Configuration;

/// <summary>Flags, environment, <c>.env.local</c>, <c>.env</c>, <c>clerksync.json</c>: whatever stands earlier wins. Nothing here ever prints a value.</summary>
internal static class CliConfiguration
{
    /// <summary>Reads all sources once. Flags whose value is null were not given.</summary>
    public static IConfigurationRoot Load(CliHost host, params IEnumerable<(Setting Setting, string? Value)> flags)
    {
        var builder = new ConfigurationBuilder();
        AddTo(builder, host, flags, watch: false);
        return builder.Build();
    }

    /// <summary>Adds all sources; with <paramref name="watch"/> a changed file is read again while the program runs, so that a secret can be rotated without a restart.</summary>
    public static void AddTo(IConfigurationBuilder builder, CliHost host, IEnumerable<(Setting Setting, string? Value)> flags, bool watch)
    {
        // Polling, because a file watcher on the working directory watches everything below it, node_modules included.
        // ExclusionFilters.None, because the default hides names that begin with a dot.
        // It lives as long as the configuration, which has no moment of its own to dispose it.
        var files = new PhysicalFileProvider(host.WorkingDirectory, ExclusionFilters.None) { UsePollingFileWatcher = true, UseActivePolling = true };
        builder.SetFileProvider(files);
        void Warn(string sentence) => host.Error.WriteLine($"warning: {sentence}");

        builder.Add(new ClerkSyncFileSource(Warn) { Optional = true, ReloadOnChange = watch });
        builder.Add(new DotEnvSource(".env", Warn) { Optional = true, ReloadOnChange = watch });
        builder.Add(new DotEnvSource(".env.local", Warn) { Optional = true, ReloadOnChange = watch });
        builder.AddInMemoryCollection(host.Environment
            .Where(pair => pair.Value.Length > 0)
            .GroupBy(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase)
            .Select(same => KeyValuePair.Create(same.Key, (string?)BestOf(same))));
        builder.AddInMemoryCollection(flags
            .Where(flag => flag.Value is not null)
            .Select(flag => KeyValuePair.Create(flag.Setting.Name, flag.Value)));
    }

    /// <summary>The value under the best of the setting's names; null when none is set.</summary>
    public static string? Get(this IConfiguration configuration, Setting setting) =>
        setting.Names.Select(name => configuration[name]).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));

    // Names of the environment may differ in their case alone, as http_proxy and HTTP_PROXY do; names of a configuration may not.
    private static string BestOf(IEnumerable<KeyValuePair<string, string>> same) => same
        .OrderByDescending(pair => Setting.All.Any(setting => setting.Names.Contains(pair.Key, StringComparer.Ordinal)))
        .ThenBy(pair => pair.Key, StringComparer.Ordinal)
        .First().Value;
}
