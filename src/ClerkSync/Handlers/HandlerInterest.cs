using System.Collections.Frozen;
using ClerkSync.Events;

namespace ClerkSync.Handlers;

/// <summary>Which event types a handler wants: those that its class takes, narrowed by its patterns.</summary>
internal sealed class HandlerInterest
{
    private const string Everything = "*";

    private readonly FrozenSet<string> _known;
    private readonly string[] _unknown;

    private readonly bool _isCatchAll;

    private HandlerInterest(IEnumerable<string> known, IEnumerable<string> unknown, bool isCatchAll = false) =>
        (_known, _unknown, _isCatchAll) = (known.ToFrozenSet(StringComparer.Ordinal), [.. unknown], isCatchAll);

    /// <summary>Whether there is no event that it could ever get.</summary>
    public bool IsEmpty => _known.Count == 0 && _unknown.Length == 0;

    /// <summary>Of a handler of this process.</summary>
    /// <param name="taken">The known types that its class takes.</param>
    /// <param name="takesUnknown">Whether its class takes <see cref="UnknownEvent"/>.</param>
    /// <param name="patterns">What it was narrowed to; empty for all.</param>
    public static HandlerInterest Of(IEnumerable<string> taken, bool takesUnknown, IReadOnlyCollection<string> patterns)
    {
        IReadOnlyCollection<string> narrowed = patterns.Count == 0 ? [Everything] : patterns;
        return new(taken.Where(t => narrowed.Any(p => Matches(p, t))), takesUnknown ? narrowed.Where(IsFamily) : [], takesUnknown && narrowed.Contains(Everything, StringComparer.Ordinal));
    }

    /// <summary>Of a forward: the route behind it stands in for Clerk's own deliveries, so it wants all that it gets as Clerk sent it.</summary>
    /// <param name="patterns">What it was narrowed to; empty for all.</param>
    public static HandlerInterest OfForward(IReadOnlyCollection<string> patterns)
    {
        var interest = Of(ClerkEventTypes.All.Select(t => t.Name), takesUnknown: true, patterns);
        return new(interest._known, interest._unknown);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static HandlerInterest Parse(string text)
    {
        var names = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(names.Where(n => !IsFamily(n)), names.Where(IsFamily));
    }

    /// <summary>Mistakes in patterns, as sentences.</summary>
    public static IEnumerable<string> ProblemsOf(IEnumerable<string> patterns) => patterns
        .Where(p => !ClerkEventTypes.All.Any(t => Matches(p, t.Name)))
        .Select(p => $"\"{p}\" is no event type of Clerk, nor a family such as \"user.*\".{Hint(p)}");

    /// <summary>Whether an event of this type is for the handler. A type that this version does not know goes to whoever takes <see cref="UnknownEvent"/>.</summary>
    public bool Includes(string type) =>
        _known.Contains(type) || (_unknown.Length > 0 && ClerkEventTypes.Find(type) is null && _unknown.Any(p => Matches(p, type)));

    /// <summary>Whether the handler is for events of this type in particular, and not one that takes whatever comes.</summary>
    public bool Names(string type) => !_isCatchAll && Includes(type);

    /// <summary>All known types by name, then the families of unknown types: what other processes may know of this handler.</summary>
    public override string ToString() => string.Join(' ', [.. _known.Order(StringComparer.Ordinal), .. _unknown]);

    private static bool IsFamily(string pattern) => pattern.EndsWith('*');

    private static bool Matches(string pattern, string type) => pattern switch
    {
        Everything => true,
        [.., '.', '*'] => type.StartsWith(pattern[..^1], StringComparison.Ordinal),
        _ => pattern == type,
    };

    private static string Hint(string pattern)
    {
        var names = ClerkEventTypes.All.Select(t => t.Name).ToArray();
        var family = pattern.Split('.')[0];
        var near = names.FirstOrDefault(n => string.Equals(n, pattern, StringComparison.OrdinalIgnoreCase))
            ?? names.FirstOrDefault(n => family.Length > 2 && pattern.StartsWith(n, StringComparison.OrdinalIgnoreCase))
            ?? names.FirstOrDefault(n => family.Length > 2 && n.StartsWith(family, StringComparison.OrdinalIgnoreCase));
        return near is null ? "" : $" Did you mean \"{near}\"?";
    }
}
