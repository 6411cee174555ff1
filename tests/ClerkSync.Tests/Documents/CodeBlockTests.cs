using System.CommandLine;
using System.Text.RegularExpressions;
using ClerkSync.Cli;
using ClerkSync.Tests.Cli;

namespace ClerkSync.Tests.Documents;

/// <summary>Code in the documentation is code: C# compiles, commands parse. SQL is run by the database tests.</summary>
public sealed partial class CodeBlockTests
{
    private static readonly string[] Known = ["csharp", "fsharp", "bash", "sql", "json", "javascript", "typescript", ""];

    public static TheoryData<string> Documents =>
        [.. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.PathOf("README.md")).Order(StringComparer.Ordinal)
            .Select(f => Path.GetRelativePath(Repository.PathOf(), f))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Blocks_of_CSharp_and_FSharp_compile(string document)
    {
        var snippets = string.Concat(Snippets().Order(StringComparer.Ordinal).Select(File.ReadAllText));
        foreach (var block in Blocks(document).Where(b => b.Language is "csharp" or "fsharp"))
        {
            Assert.True(block.Name.Length > 0, $"A block of {document} in {block.Language} has no line \"<!-- snippet: name -->\" before it.");
            var snippet = Regex.Match(snippets, $@"// begin {Regex.Escape(block.Name)}\n(?<text>.*?)\n *// end {Regex.Escape(block.Name)}\n", RegexOptions.Singleline);
            Assert.True(snippet.Success, $"No file of docs/snippets or of the samples has a snippet \"{block.Name}\", which {document} shows.");
            Assert.Equal(Outdent(snippet.Groups["text"].Value), Outdent(block.Text));
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_are_commands(string document)
    {
        using var run = new CliRun();
        var root = CommandLine.MakeRoot(run.Host());
        foreach (var line in Blocks(document).Where(b => b.Language == "bash").SelectMany(b => b.Text.Split('\n')))
        {
            var command = Command().Match(line);
            if (!command.Success)
                continue;
            var words = command.Groups["words"].Value.Split(" | ")[0].Split(" > ")[0].Split(" #")[0];
            Assert.True(root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null }).Errors is [], $"{document}: {line}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Blocks_of_JavaScript_are_files_that_a_test_runs(string document)
    {
        foreach (var block in Blocks(document).Where(b => b.Language is "javascript" or "typescript"))
        {
            Assert.True(block.Name.Length > 0, $"A {block.Language} block of {document} has no line \"<!-- file: path -->\" before it.");
            Assert.Equal(File.ReadAllText(Repository.PathOf(block.Name)).ReplaceLineEndings("\n"), block.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_names_a_language_that_a_test_knows(string document) =>
        Assert.All(Blocks(document), b => Assert.Contains(b.Language, Known));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(document))!;
        foreach (Match link in Link().Matches(File.ReadAllText(Repository.PathOf(document))))
        {
            var target = link.Groups["target"].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains(':', StringComparison.Ordinal))
                Assert.True(Path.Exists(Path.Combine(folder, target)), $"{document} links to {target}, which is not there.");
        }
    }

    private static IEnumerable<string> Snippets() =>
        new[] { Repository.PathOf("docs", "snippets"), Repository.PathOf("samples") }
            .SelectMany(f => Directory.EnumerateFiles(f, "*.?s", SearchOption.AllDirectories))
            .Where(f => Path.GetExtension(f) is ".cs" or ".fs" && !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    private static IEnumerable<(string Language, string Name, string Text)> Blocks(string document) =>
        Block().Matches(File.ReadAllText(Repository.PathOf(document)).ReplaceLineEndings("\n"))
            .Select(m => (m.Groups["language"].Value, m.Groups["name"].Value, m.Groups["text"].Value));

    private static string Outdent(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length >= indent ? l[indent..] : l));
    }

    [GeneratedRegex(@"(<!-- (snippet|file): (?<name>[\w./-]+) -->\n)?^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex(@"^(?:\w+=\S+ )*(?:dotnet run --project src/ClerkSync\.Cli -- |clerksync )(?<words>.*)$")]
    private static partial Regex Command();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
