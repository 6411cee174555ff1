namespace ClerkSync.Tests.Documents;

/// <summary>The working copy that the tests run in.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "ClerkSync.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No ClerkSync.slnx above {AppContext.BaseDirectory}: run the tests from a clone of the repository.");
    }
}
