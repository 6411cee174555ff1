using System.Reflection;
using System.Xml.Linq;

namespace ClerkSync.Tests.Documents;

/// <summary>The documentation comments of an assembly, as Markdown for one line.</summary>
internal sealed class XmlComments
{
    private readonly Dictionary<string, XElement> summaries;

    private XmlComments(Dictionary<string, XElement> summaries) => this.summaries = summaries;

    public static XmlComments Of(Assembly assembly)
    {
        var document = XDocument.Load(Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml"));
        return new XmlComments(document.Descendants("member")
            .Where(m => m.Element("summary") is not null)
            .ToDictionary(m => m.Attribute("name")!.Value, m => m.Element("summary")!, StringComparer.Ordinal));
    }

    public string Of(Type type) => Markdown($"T:{type.FullName}");

    /// <summary>The comment of a property, inherited ones included.</summary>
    public string Of(Type type, string property) => Markdown($"P:{type.GetProperty(property)!.DeclaringType!.FullName}.{property}");

    private string Markdown(string key)
    {
        var summary = summaries.GetValueOrDefault(key) ?? throw new InvalidOperationException($"{key} has no <summary>.");
        return string.Join(' ', string.Concat(summary.Nodes().Select(Markdown)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value.Replace("|", "\\|", StringComparison.Ordinal),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "b" } strong => $"**{strong.Value}**",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
        _ => throw new InvalidOperationException($"Teach {nameof(XmlComments)} to show {node}."),
    };
}
