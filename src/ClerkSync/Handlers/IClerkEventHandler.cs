using System.Diagnostics.CodeAnalysis;
using ClerkSync.Events;

namespace ClerkSync.Handlers;

/// <summary>
/// Your own code that reacts to events. Choose the event by its type: one (<see cref="UserCreated"/>), a family (<see cref="UserEvent"/>), or everything
/// (<see cref="ClerkEvent"/>, which includes <see cref="UnknownEvent"/>). Register it with <c>AddClerkSync().AddHandler&lt;T&gt;()</c>.
/// </summary>
/// <remarks>
/// It runs after the message was committed and answered, so it may be slow or fail. It runs at least once for each event: if the process dies in the
/// middle, it runs again. Events about one object come in the order of arrival; a failing one holds back only later events about the same object.
/// </remarks>
/// <typeparam name="TEvent">The event, or a family of events.</typeparam>
[SuppressMessage("Naming", "CA1711", Justification = "It handles events, and is no delegate: there is no plainer name.")]
public interface IClerkEventHandler<in TEvent>
    where TEvent : ClerkEvent
{
    /// <summary>Handles one event. Return to say that it is done; throw to have it tried again later.</summary>
    /// <param name="clerkEvent">What happened.</param>
    /// <param name="context">What is known about this run: message id, attempt, whether it is a replay.</param>
    /// <param name="cancellationToken">Cancelled when the time is over (<see cref="ClerkHandlerOptions.Timeout"/>) and when the application stops.</param>
    /// <returns>A task that ends when the work is done.</returns>
    Task HandleAsync(TEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken);
}
