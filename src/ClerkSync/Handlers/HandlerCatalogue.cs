using System.Collections.Frozen;

namespace ClerkSync.Handlers;

/// <summary>The handlers of this process.</summary>
internal sealed class HandlerCatalogue(params IReadOnlyList<Handler> handlers)
{
    private readonly FrozenDictionary<string, Handler> _byName = handlers.DistinctBy(h => h.Name, StringComparer.Ordinal).ToFrozenDictionary(h => h.Name, StringComparer.Ordinal);

    public static HandlerCatalogue Empty { get; } = new();

    public IReadOnlyList<Handler> All { get; } = handlers;

    public Handler? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Everything that is wrong, all at once.</summary>
    public IReadOnlyList<string> Problems() =>
    [
        .. All.SelectMany(h => h.Problems()),
        .. All.GroupBy(h => h.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"{g.Count()} handlers have the name \"{g.Key}\". Give each a Name of its own: stored runs belong to it."),
    ];
}
