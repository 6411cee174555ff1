namespace ClerkSync.Tests.Documents;

/// <summary>
/// A document of the repository that is made from the code. The test fails when the two differ; with <c>CLERKSYNC_UPDATE_DOCS=1</c> in the environment
/// it writes the document instead.
/// </summary>
internal static class GeneratedDocument
{
    private const string UpdateVariable = "CLERKSYNC_UPDATE_DOCS";

    /// <summary>Compares the document with what it has to say, or writes it.</summary>
    /// <param name="path">Path below the root of the repository, with slashes.</param>
    /// <param name="generated">What the document has to say.</param>
    public static void IsUpToDate(string path, string generated)
    {
        var file = Repository.PathOf(path.Split('/'));
        var wanted = generated.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable(UpdateVariable) is "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, wanted);
            return;
        }

        var found = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (!string.Equals(wanted, found, StringComparison.Ordinal))
        {
            Assert.Fail($"{path} is not what the code says. {FirstDifference(wanted, found)} Run the tests once with {UpdateVariable}=1 to rewrite it.");
        }
    }

    private static string FirstDifference(string wanted, string found)
    {
        var (left, right) = (wanted.Split('\n'), found.Split('\n'));
        var line = 0;
        while (line < left.Length && line < right.Length && string.Equals(left[line], right[line], StringComparison.Ordinal))
        {
            line++;
        }

        return $"Line {line + 1} should be \"{left.ElementAtOrDefault(line)}\" and is \"{right.ElementAtOrDefault(line)}\".";
    }
}
