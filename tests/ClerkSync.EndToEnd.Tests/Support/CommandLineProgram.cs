using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Programs as they were built: nothing of them runs in the test's own process.</summary>
internal static class CommandLineProgram
{
    /// <summary>How to start the build of the same configuration as the tests.</summary>
    public static IReadOnlyList<string> Built { get; } = ["dotnet", FindAssembly("src", "ClerkSync.Cli")];

    /// <summary>How to start an application that has handlers.</summary>
    public static IReadOnlyList<string> HandlerHost => ["dotnet", FindAssembly("tests", "ClerkSync.HandlerHost")];

    /// <summary>How to start one of the samples that are .NET applications.</summary>
    public static IReadOnlyList<string> Sample(string name) => ["dotnet", FindAssembly("samples", name)];

    public static string Repository => Path.GetFullPath(Path.Combine(Samples.Folder, "..", "..", ".."));

    private static string FindAssembly(string folder, string project)
    {
        // …/bin/Release/net10.0/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Repository, folder, project, "bin", framework.Parent!.Name, framework.Name, project + ".dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"A program is not built: {path} is missing.");
    }
}
