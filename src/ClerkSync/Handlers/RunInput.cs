using ClerkSync.Events;

namespace ClerkSync.Handlers;

/// <summary>What a handler's work is given.</summary>
internal sealed class RunInput(ClaimedRun run, byte[] payload, IServiceProvider services)
{
    private ClerkEvent? _event;

    /// <summary>Clerk's own bytes; secrets are cut out, unless the application has to send the message itself.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    public ClaimedRun Run { get; } = run;

    public ClerkEventContext Context { get; } = ClerkEventContext.Of(run, services);

    public IServiceProvider Services { get; } = services;

    /// <summary>The typed event.</summary>
    /// <exception cref="UnreadableEventException">The stored payload is no event that this version can read.</exception>
    public ClerkEvent Event => _event ??= ClerkEventReader.Read(Payload.Span) is { Event: { } read } ? read : throw new UnreadableEventException(Why());

    private string Why() => ClerkEventReader.Read(Payload.Span).Why ?? "";
}

/// <summary>A stored payload that no attempt can read.</summary>
internal sealed class UnreadableEventException(string why) : Exception($"The stored payload is no event that this version can read. {why}");

/// <summary>An attempt failed, and the other side had said something.</summary>
internal sealed class RunAnswerException(string message, RunAnswer? answer) : Exception(message)
{
    public RunAnswer? Answer { get; } = answer;
}
