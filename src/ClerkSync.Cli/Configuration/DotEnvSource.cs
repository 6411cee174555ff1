using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Configuration;

/// <summary>An <c>.env</c> file as a source of configuration.</summary>
internal sealed class DotEnvSource(string path, Action<string> warn) : FileConfigurationSource
{
    public string FileName => path;

    public Action<string> Warn => warn;

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        Path = path;
        EnsureDefaults(builder);
        return new DotEnvProvider(this);
    }
}

internal sealed class DotEnvProvider(DotEnvSource source) : FileConfigurationProvider(source)
{
    public override void Load(Stream stream)
    {
        using var reader = new StreamReader(stream);
        var content = DotEnvFile.Parse(reader.ReadToEnd());
        Data = content.Values
            .Where(pair => pair.Value.Length > 0)    // NAME= in a copied template sets nothing
            .ToDictionary(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair.Value, StringComparer.OrdinalIgnoreCase);

        foreach (var problem in content.Problems.Where(IsOurs))
            source.Warn($"{source.FileName} line {problem.Line}: {(problem.Name is null ? "the line" : problem.Name)} {problem.What}.");
    }

    // the file belongs to the whole application: odd lines of others are not ours to report
    private static bool IsOurs(DotEnvProblem problem) =>
        problem.Name is not null && (problem.Name.StartsWith("CLERK", StringComparison.Ordinal) || Setting.All.Any(setting => setting.Names.Contains(problem.Name, StringComparer.Ordinal)));
}
