using System.Runtime.CompilerServices;

namespace ClerkSync.Tests.Cli;

/// <summary>Files of the repository that tests compare with.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = Path.GetFullPath(Path.Join(Here(), "..", "..", ".."));

    public static string Of(params ReadOnlySpan<string> parts) => Path.Join([Root, .. parts]);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
