namespace ClerkSync.Events;

/// <summary>Code that needs the record of an event type as a type argument, without reflection.</summary>
internal abstract class EventTypeVisitor
{
    /// <summary>Called by <see cref="ClerkEventType.Accept"/>.</summary>
    /// <param name="type">Name of the event type.</param>
    /// <typeparam name="TEvent">The record that it is read as.</typeparam>
    public abstract void Visit<TEvent>(string type)
        where TEvent : ClerkEvent;
}
