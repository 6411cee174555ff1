using System.Text.Json.Nodes;

namespace ClerkSync.Cli.Triggering;

/// <summary>Turns event types, scenarios and <c>--set</c> into bodies to send.</summary>
internal sealed class SampleRun(IReadOnlyList<SampleStep> steps, IReadOnlyList<Assignment> assignments, ulong? seed, ulong chance, string? instanceId, bool isScenario)
{
    private readonly long _lastStoryTime = steps.Max(step => step.StoryTime);

    /// <summary>Events in one pass.</summary>
    public int Count => steps.Count;

    /// <summary>Reads names as typed: types and scenarios.</summary>
    /// <exception cref="CliException">A name is neither.</exception>
    public static IReadOnlyList<SampleStep> StepsOf(IEnumerable<string> names) =>
    [
        .. names.SelectMany(name =>
            Scenario.Find(name)?.Steps
            ?? (SampleCatalogue.Types.Contains(name, StringComparer.Ordinal)
                ? [new SampleStep(name)]
                : throw CliErrors.UnknownEvent(name, SampleCatalogue.Types.Concat(Scenario.All.Select(scenario => scenario.Name))))),
    ];

    /// <summary>
    /// The events of one pass. Without a seed the last of them happens now, so that it is newer than what a database holds; with a seed they happen when the story says, and
    /// the same seed gives the same bytes.
    /// </summary>
    /// <exception cref="CliException">A path of <c>--set</c> is in none of the bodies.</exception>
    public IReadOnlyList<SampleMessage> Make(int index, DateTimeOffset now)
    {
        var identities = new Identities(seed ?? chance, index);
        var shift = seed is null ? TimeSpan.FromMilliseconds(now.ToUnixTimeMilliseconds() - _lastStoryTime) : TimeSpan.Zero;
        var events = new SampleEvent(identities, shift, instanceId);
        var bodies = steps.Select(events.Make).ToList();
        foreach (var assignment in assignments)
            Apply(assignment, bodies);

        return [.. steps.Select((step, at) => new SampleMessage(identities.MessageId(at, step.Type), step.Type, JsonText.BytesOf(writer => bodies[at].WriteTo(writer))))];
    }

    private void Apply(Assignment assignment, List<JsonObject> bodies)
    {
        if (isScenario && bodies.Any(assignment.NamesId))
            throw CliErrors.SetIdInScenario(assignment.Path);
        var applied = 0;
        foreach (var body in bodies)
            applied += assignment.TryApply(body) ? 1 : 0;
        if (applied == 0)
            throw CliErrors.UnknownPath(assignment.Path, bodies.SelectMany(body => Assignment.PathsOf(body)));
    }
}

/// <summary>A body ready to be signed.</summary>
internal sealed record SampleMessage(string Id, string Type, byte[] Body);
