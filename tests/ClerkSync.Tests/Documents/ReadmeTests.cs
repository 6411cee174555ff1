using System.Text.RegularExpressions;

namespace ClerkSync.Tests.Documents;

/// <summary>What nobody links to is read by nobody.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Every_document_and_every_sample_is_linked_from_the_README()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md"));
        var documents = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(f => $"docs/{Path.GetFileName(f)}");
        var samples = Directory.EnumerateDirectories(Repository.PathOf("samples")).Select(f => $"samples/{Path.GetFileName(f)}");

        Assert.All(documents.Concat(samples), path => Assert.Matches($@"\({Regex.Escape(path)}(?:/README\.md)?/?(?:#[^)]*)?\)", readme));
    }
}
