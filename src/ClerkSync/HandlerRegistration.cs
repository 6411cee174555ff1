using System.Diagnostics.CodeAnalysis;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClerkSync;

/// <summary>A handler as it was added to the services.</summary>
/// <param name="Handler">The handler.</param>
/// <param name="Problem">What is wrong with its class; null when nothing is.</param>
internal sealed record HandlerRegistration(Handler Handler, string? Problem = null)
{
    public static HandlerRegistration Of(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type type, string? defaultName, Action<ClerkHandlerOptions> configure, Func<IServiceProvider, object> find)
    {
        var options = new ClerkHandlerOptions();
        configure(options);
        var dispatch = EventDispatch.Of(type);
        var name = options.Name ?? defaultName ?? NameOf(options, dispatch);
        var handler = new Handler(name, options, HandlerInterest.Of(dispatch.Types, dispatch.TakesUnknown, options.Patterns), async (input, cancellationToken) =>
        {
            await dispatch.InvokeAsync(find(input.Services), input.Event, input.Context, cancellationToken).ConfigureAwait(false);
            return null;
        });
        return new(handler, ProblemOf(name, dispatch));
    }

    /// <summary>All handlers of the application.</summary>
    /// <exception cref="OptionsValidationException">Some of them can never run; each mistake is a sentence.</exception>
    public static HandlerCatalogue Catalogue(IServiceProvider provider)
    {
        HandlerRegistration[] registrations = [.. provider.GetServices<HandlerRegistration>()];
        var catalogue = new HandlerCatalogue([.. registrations.Select(r => r.Handler)]);
        string[] problems = [.. registrations.Select(r => r.Problem).OfType<string>(), .. catalogue.Problems()];
        return problems.Length == 0 ? catalogue : throw new OptionsValidationException(Options.DefaultName, typeof(ClerkHandlerOptions), problems);
    }

    /// <summary>A delegate is called after what it handles.</summary>
    private static string NameOf(ClerkHandlerOptions options, EventDispatch dispatch) =>
        options.Patterns.Count > 0 ? string.Join(',', options.Patterns)
        : dispatch.Types.Take(2).ToArray() is [var only] ? only
        : "events";

    private static string? ProblemOf(string name, EventDispatch dispatch)
    {
        if (!dispatch.Types.Any() && !dispatch.TakesUnknown)
            return $"Handler \"{name}\" handles no event: let it implement IClerkEventHandler<UserCreated>, or of another event.";
        return dispatch.Ambiguous is { } type
            ? $"Handler \"{name}\" takes {type} in two ways. Implement IClerkEventHandler for that very event, or for only one of the families."
            : null;
    }
}

/// <summary>A delegate as a handler.</summary>
internal sealed class DelegateHandler<TEvent>(Func<TEvent, ClerkEventContext, CancellationToken, Task> handle) : IClerkEventHandler<TEvent>
    where TEvent : ClerkEvent
{
    public Task HandleAsync(TEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => handle(clerkEvent, context, cancellationToken);
}
