using System.Diagnostics.CodeAnalysis;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClerkSync;

/// <summary>A handler as it was added to the services.</summary>
/// <param name="Handler">The handler.</param>
/// <param name="Problems">What is wrong with it beside what is checked of every handler.</param>
internal sealed record HandlerRegistration(Handler Handler, params IReadOnlyList<string> Problems)
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
        return new(handler, [.. ProblemsOf(name, dispatch)]);
    }

    /// <summary>A forward as a handler. Its connections are those of all forwards of the application.</summary>
    public static HandlerRegistration OfForward(string address, ClerkForwardOptions options)
    {
        var forward = Forward.Of(address, options);
        var handler = forward.ToHandler(options, async (input, cancellationToken) =>
            await input.Services.GetRequiredService<ForwardSender>().SendAsync(forward, input, cancellationToken).ConfigureAwait(false));
        return new(handler, forward.Problems);
    }

    /// <summary>All handlers of the application.</summary>
    /// <exception cref="OptionsValidationException">Some of them can never run; each mistake is a sentence.</exception>
    public static HandlerCatalogue Catalogue(IServiceProvider provider)
    {
        HandlerRegistration[] registrations = [.. provider.GetServices<HandlerRegistration>()];
        var catalogue = new HandlerCatalogue([.. registrations.Select(r => r.Handler)]);
        string[] problems = [.. registrations.SelectMany(r => r.Problems), .. catalogue.Problems()];
        return problems.Length == 0 ? catalogue : throw new OptionsValidationException(Options.DefaultName, typeof(ClerkHandlerOptions), problems);
    }

    /// <summary>A delegate is called after what it handles.</summary>
    private static string NameOf(ClerkHandlerOptions options, EventDispatch dispatch) =>
        options.Patterns.Count > 0 ? string.Join(',', options.Patterns)
        : dispatch.Types.Take(2).ToArray() is [var only] ? only
        : "events";

    private static IEnumerable<string> ProblemsOf(string name, EventDispatch dispatch)
    {
        if (!dispatch.Types.Any() && !dispatch.TakesUnknown)
            yield return $"Handler \"{name}\" handles no event: let it implement IClerkEventHandler<UserCreated>, or of another event.";
        if (dispatch.Ambiguous is { } type)
            yield return $"Handler \"{name}\" takes {type} in two ways. Implement IClerkEventHandler for that very event, or for only one of the families.";
    }
}

/// <summary>A delegate as a handler.</summary>
internal sealed class DelegateHandler<TEvent>(Func<TEvent, ClerkEventContext, CancellationToken, Task> handle) : IClerkEventHandler<TEvent>
    where TEvent : ClerkEvent
{
    public Task HandleAsync(TEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => handle(clerkEvent, context, cancellationToken);
}
