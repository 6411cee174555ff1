using System.Globalization;
using ClerkSync.Diagnostics;
using ClerkSync.Cli.Configuration;
using ClerkSync.Handlers;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Serving;

/// <summary>Reads where events are forwarded to, strictly: a member that is not known would otherwise be a filter that never filters.</summary>
internal static class ForwardsSection
{
    /// <summary>The section's name in <c>clerksync.json</c>.</summary>
    public const string Name = "forwards";

    private static readonly string[] Members = ["to", "name", "events", "secret", "timeout", "headers"];

    private static readonly char[] Separators = [' ', ',', '\t', '\r', '\n'];

    /// <summary>The addresses of <c>CLERKSYNC_FORWARD_TO</c> and the forwards of the file. An address that the file has too counts once, as the file says it.</summary>
    /// <exception cref="CliException">The section has mistakes; all of them are told, and no secret.</exception>
    public static IReadOnlyList<ForwardSetting> Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var secret = configuration.Get(Setting.ForwardSecret);
        List<ForwardSetting> forwards = [.. ReadSection(configuration.GetSection(Name), problems).Select(f => f with { Secret = f.Secret ?? secret })];
        if (problems.Count > 0)
            throw CliErrors.BadForwards(problems);

        var known = forwards.Select(f => ForwardAddress.Parse(f.To)).ToHashSet();
        foreach (var address in (configuration.Get(Setting.ForwardTo) ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (ForwardAddress.Parse(address) is not { } url || known.Add(url))
                forwards.Add(new(address) { Secret = secret });
        }

        return forwards;
    }

    private static IEnumerable<ForwardSetting> ReadSection(IConfigurationSection section, List<string> problems)
    {
        if (!string.IsNullOrEmpty(section.Value))
            problems.Add($"\"{Name}\" must be a list: [{{ \"to\": \"http://localhost:3000/api/webhooks/clerk\" }}].");
        foreach (var entry in section.GetChildren())
        {
            if (!int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                problems.Add($"\"{Name}\" must be a list, and has a member \"{PlainText.Line(entry.Key)}\".");
                continue;
            }

            var before = problems.Count;
            var forward = ReadOne(entry, $"{Name}[{entry.Key}]", problems);
            if (problems.Count == before)
                yield return forward;
        }
    }

    private static ForwardSetting ReadOne(IConfigurationSection entry, string place, List<string> problems)
    {
        if (!string.IsNullOrEmpty(entry.Value))
            problems.Add($"{place} must be an object: {{ \"to\": \"http://localhost:3000/api/webhooks/clerk\" }}.");
        foreach (var member in entry.GetChildren().Where(m => !Members.Contains(m.Key, StringComparer.OrdinalIgnoreCase)))
        {
            var near = NearestNames.To(member.Key, Members);
            problems.Add($"{place} has \"{PlainText.Line(member.Key)}\", which is not known. {(near.Count > 0 ? $"Did you mean \"{near[0]}\"?" : $"Known are: {string.Join(", ", Members)}.")}");
        }

        var to = TextOf(entry, "to", place, problems);
        if (to is null && string.IsNullOrEmpty(entry.Value) && entry.GetSection("to").GetChildren().FirstOrDefault() is null)
            problems.Add($"{place} has no \"to\": the address to forward to.");
        return new(to ?? "")
        {
            Name = TextOf(entry, "name", place, problems),
            Secret = TextOf(entry, "secret", place, problems),
            Events = EventsOf(entry, place, problems),
            Timeout = TimeoutOf(entry, place, problems),
            Headers = HeadersOf(entry, place, problems),
        };
    }

    private static string? TextOf(IConfigurationSection entry, string member, string place, List<string> problems)
    {
        var section = entry.GetSection(member);
        if (section.GetChildren().Any())
            problems.Add($"{place}.{member} must be a text.");
        return string.IsNullOrWhiteSpace(section.Value) ? null : section.Value.Trim();
    }

    private static string[] EventsOf(IConfigurationSection entry, string place, List<string> problems)
    {
        var section = entry.GetSection("events");
        IConfigurationSection[] items = [.. section.GetChildren()];
        if (items.Length == 0 ? section.Exists() || section.Value is not null : items.Any(i => string.IsNullOrWhiteSpace(i.Value) || !int.TryParse(i.Key, CultureInfo.InvariantCulture, out _)))
            problems.Add($"{place}.events must be a list of event types, such as [\"user.*\", \"session.created\"]. Leave it out for every event.");
        return [.. items.Select(i => i.Value?.Trim()).OfType<string>()];
    }

    private static TimeSpan? TimeoutOf(IConfigurationSection entry, string place, List<string> problems)
    {
        if (TextOf(entry, "timeout", place, problems) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 600)
            return TimeSpan.FromSeconds(seconds);
        problems.Add($"{place}.timeout is {PlainText.Line(text)}; it must be a number of seconds, more than 0 and at most 600.");
        return null;
    }

    private static KeyValuePair<string, string>[] HeadersOf(IConfigurationSection entry, string place, List<string> problems)
    {
        var section = entry.GetSection("headers");
        IConfigurationSection[] headers = [.. section.GetChildren()];
        if ((headers.Length == 0 && !string.IsNullOrEmpty(section.Value)) || headers.Any(h => h.Value is null || h.GetChildren().Any()))
            problems.Add($"{place}.headers must be an object of texts, such as {{ \"Authorization\": \"Bearer …\" }}.");
        return [.. headers.Where(h => h.Value is not null).Select(h => KeyValuePair.Create(h.Key, h.Value!))];
    }
}
