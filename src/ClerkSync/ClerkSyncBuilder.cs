using System.Diagnostics.CodeAnalysis;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ClerkSync;

/// <summary>What <c>AddClerkSync</c> returns: the database is chosen on it, and handlers are added to it.</summary>
public sealed class ClerkSyncBuilder
{
    internal ClerkSyncBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the application, for providers of databases.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Adds a handler: a class that implements <see cref="IClerkEventHandler{TEvent}"/> for one or more events. Each run gets an instance from a scope of its own.
    /// A new handler begins with new messages.
    /// </summary>
    /// <typeparam name="THandler">The class.</typeparam>
    /// <returns>The same builder.</returns>
    public ClerkSyncBuilder AddHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)] THandler>()
        where THandler : class => AddHandler<THandler>(static _ => { });

    /// <summary>
    /// Adds a handler: a class that implements <see cref="IClerkEventHandler{TEvent}"/> for one or more events. Each run gets an instance from a scope of its own.
    /// A new handler begins with new messages.
    /// </summary>
    /// <typeparam name="THandler">The class.</typeparam>
    /// <param name="configure">Sets its name, time limit and retries.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>A handler that can never run (an unknown event type, a name that two handlers have) stops the start of the application with a sentence for each mistake.</remarks>
    public ClerkSyncBuilder AddHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)] THandler>(
        Action<ClerkHandlerOptions> configure)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.TryAddScoped<THandler>();
        return Add(HandlerRegistration.Of(
            typeof(THandler), typeof(THandler).Name, configure, static services => services.GetRequiredService<THandler>()));
    }

    /// <summary>Adds a delegate as a handler of any events; narrow it with <see cref="ClerkHandlerOptions.ForTypes"/>.</summary>
    /// <param name="configure">Sets its event types, and its name, time limit and retries.</param>
    /// <param name="handle">What to do with an event. Services of the run's scope are in <see cref="ClerkEventContext.Services"/>.</param>
    /// <returns>The same builder.</returns>
    public ClerkSyncBuilder AddHandler(Action<ClerkHandlerOptions> configure, Func<ClerkEvent, ClerkEventContext, CancellationToken, Task> handle) =>
        AddHandler<ClerkEvent>(configure, handle);

    /// <summary>Adds a delegate as a handler of one event, or of a family of events.</summary>
    /// <typeparam name="TEvent">The event.</typeparam>
    /// <param name="configure">Sets its name, time limit and retries.</param>
    /// <param name="handle">What to do with an event. Services of the run's scope are in <see cref="ClerkEventContext.Services"/>.</param>
    /// <returns>The same builder.</returns>
    public ClerkSyncBuilder AddHandler<TEvent>(Action<ClerkHandlerOptions> configure, Func<TEvent, ClerkEventContext, CancellationToken, Task> handle)
        where TEvent : ClerkEvent
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(handle);
        var handler = new DelegateHandler<TEvent>(handle);
        return Add(HandlerRegistration.Of(typeof(DelegateHandler<TEvent>), defaultName: null, configure, _ => handler));
    }

    /// <summary>
    /// Posts every event on to an HTTP endpoint, after it is committed: Clerk's own bytes, signed anew, so that a route which verifies Clerk's webhooks takes them
    /// unchanged. Any 2xx succeeds; anything else is tried again. A new forward begins with new messages.
    /// </summary>
    /// <param name="url">The endpoint: a URL, <c>localhost:3000/path</c>, or a port of this machine. Without a path it is <c>/api/webhooks/clerk</c>.</param>
    /// <param name="configure">Sets its name, event types, secret, time limit and retries; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>A mistake (no address, a damaged secret, an unknown event type, a name that two handlers have) stops the start of the application with a sentence for each.</remarks>
    public ClerkSyncBuilder AddForward(string url, Action<ClerkForwardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        var options = new ClerkForwardOptions();
        configure?.Invoke(options);
        Services.TryAddSingleton(p => new ForwardSender(() => p.GetRequiredService<ClerkWebhookVerifier>().Secrets, p.GetService<TimeProvider>() ?? TimeProvider.System));
        return Add(HandlerRegistration.OfForward(url, options));
    }

    private ClerkSyncBuilder Add(HandlerRegistration registration)
    {
        Services.AddSingleton(registration);
        return this;
    }
}
