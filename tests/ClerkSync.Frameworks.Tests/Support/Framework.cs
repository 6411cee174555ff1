using System.Text.Json;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>An application below <c>tests/frameworks</c>, and what is known about the framework that it is made with.</summary>
/// <param name="Folder">Below <c>tests/frameworks</c>; also how a test calls it.</param>
/// <param name="Title">As its makers write it.</param>
/// <param name="Package">Clerk's package for it.</param>
/// <param name="Versions">The packages whose versions matter to a reader.</param>
/// <param name="Route">The file with the route, below the folder.</param>
internal sealed record Framework(string Folder, string Title, string Package, IReadOnlyList<string> Versions, string Route)
{
    public const string Path = "/api/webhooks/clerk";

    /// <summary>The file that asks for a sign-in, where there is one for all routes, below the folder.</summary>
    public string? Guard { get; init; }

    /// <summary>The variable that Clerk's verifier reads.</summary>
    public string SecretVariable { get; init; } = "CLERK_WEBHOOK_SIGNING_SECRET";

    /// <summary>Whether it is built before it starts.</summary>
    public bool HasBuild => Manifest().GetProperty("scripts").TryGetProperty("build", out _);

    /// <summary>Whether there is another server for development.</summary>
    public bool HasDevelopment => Manifest().GetProperty("scripts").TryGetProperty("dev", out _);

    /// <summary>Whether the server for development answers only who calls it <c>localhost</c>.</summary>
    public bool DevelopmentRefusesOtherHosts { get; init; }

    /// <summary>What a GET of the route is answered, as <c>curl</c> sends it.</summary>
    public required int GetAnswers { get; init; }

    /// <summary>Bodies that its verifier refuses, although they are genuine.</summary>
    public IReadOnlyList<string> Refuses { get; init; } = [];

    /// <summary>What goes wrong with it, in the words of the documentation.</summary>
    public required IReadOnlyList<string> Pitfalls { get; init; }

    public string FolderPath => Repository.PathOf("tests", "frameworks", Folder);

    /// <summary>The exact version that the application has.</summary>
    public string VersionOf(string package) => Manifest().GetProperty("dependencies").GetProperty(package).GetString()!;

    public string Read(string file) => File.ReadAllText(System.IO.Path.Combine(FolderPath, file)).ReplaceLineEndings("\n");

    public override string ToString() => Folder;

    private JsonElement Manifest() => JsonSerializer.Deserialize<JsonElement>(Read("package.json"));
}
