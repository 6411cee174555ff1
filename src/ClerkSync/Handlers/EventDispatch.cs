using System.Diagnostics.CodeAnalysis;
using ClerkSync.Events;

namespace ClerkSync.Handlers;

/// <summary>Which events a handler class takes, and how each is handed over: worked out once, by casts that the compiler knows.</summary>
internal sealed class EventDispatch
{
    private readonly Dictionary<string, HandOver> _known = new(StringComparer.Ordinal);
    private readonly HandOver? _unknown;

    private EventDispatch([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type handler)
    {
        var visitor = new Collector(handler);
        foreach (var type in ClerkEventTypes.All)
        {
            type.Accept(visitor);
            if (visitor.Taken is { } handOver)
                _known.Add(type.Name, handOver);
        }

        visitor.Visit<UnknownEvent>("");
        _unknown = visitor.Taken;
        Ambiguous = AmbiguousIn(handler);
    }

    private delegate Task HandOver(object handler, ClerkEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken);

    public IEnumerable<string> Types => _known.Keys;

    public bool TakesUnknown => _unknown is not null;

    /// <summary>An event that the class takes in two ways, none of them exactly; null when there is none.</summary>
    public string? Ambiguous { get; }

    public static EventDispatch Of([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type handler) => new(handler);

    public Task InvokeAsync(object handler, ClerkEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        var handOver = clerkEvent is UnknownEvent ? _unknown : _known.GetValueOrDefault(clerkEvent.Type);
        return handOver is null
            ? throw new InvalidOperationException($"{handler.GetType().Name} does not take {clerkEvent.Type}.")
            : handOver(handler, clerkEvent, context, cancellationToken);
    }

    /// <summary>With two interfaces of families that contain one event, which of them it goes to would be left to chance.</summary>
    private static string? AmbiguousIn([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type handler)
    {
        Type[] taken = [.. handler.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IClerkEventHandler<>)).Select(i => i.GenericTypeArguments[0])];
        return ClerkEventTypes.All.Where(t => !taken.Contains(t.EventType)).FirstOrDefault(t => taken.Count(i => i.IsAssignableFrom(t.EventType)) > 1)?.Name;
    }

    private sealed class Collector(Type handler) : EventTypeVisitor
    {
        public HandOver? Taken { get; private set; }

        public override void Visit<TEvent>(string type) => Taken = typeof(IClerkEventHandler<TEvent>).IsAssignableFrom(handler)
            ? static (handler, clerkEvent, context, cancellationToken) => ((IClerkEventHandler<TEvent>)handler).HandleAsync((TEvent)clerkEvent, context, cancellationToken)
            : null;
    }
}
