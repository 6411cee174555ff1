using System.Text.RegularExpressions;

namespace ClerkSync.Tests.Documents;

/// <summary>docs/doctor.md names everything that the doctor can say.</summary>
public sealed partial class DoctorDocumentTests
{
    [Fact]
    public void Every_cause_is_explained()
    {
        var manual = File.ReadAllText(Repository.PathOf("docs", "doctor.md"));
        var codes = Directory.EnumerateFiles(Repository.PathOf("src", "ClerkSync.Cli", "Diagnosing"), "*.cs")
            .SelectMany(file => Code().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["code"].Value)
            .Distinct(StringComparer.Ordinal)
            .ToArray();

        Assert.True(codes.Length > 50, $"Only {codes.Length} codes were found.");
        Assert.All(codes, code => Assert.Contains($"`{code}`", manual, StringComparison.Ordinal));
    }

    [GeneratedRegex("(?:(?:Fail|Warn)\\(\\s*|Code = )\"(?<code>[a-z_]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}
