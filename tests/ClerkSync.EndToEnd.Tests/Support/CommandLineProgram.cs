using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>The real command line as it was built: nothing of it runs in the test's own process.</summary>
internal static class CommandLineProgram
{
    /// <summary>How to start the build of the same configuration as the tests.</summary>
    public static IReadOnlyList<string> Built { get; } = ["dotnet", FindAssembly()];

    public static string Repository => Path.GetFullPath(Path.Combine(Samples.Folder, "..", "..", ".."));

    private static string FindAssembly()
    {
        // …/bin/Release/net10.0/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Repository, "src", "ClerkSync.Cli", "bin", framework.Parent!.Name, framework.Name, "ClerkSync.Cli.dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"The command line is not built: {path} is missing.");
    }
}
