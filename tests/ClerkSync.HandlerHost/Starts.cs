using ClerkSync.Events;
using ClerkSync.Handlers;
using Npgsql;

namespace ClerkSync.HandlerHost;

/// <summary>Writes down that a handler began, in a table that numbers the beginnings of all processes. Never part of a handler's transaction.</summary>
internal sealed class Starts(NpgsqlDataSource source)
{
    public async Task AddAsync(ClerkEventContext context, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("INSERT INTO starts (handler, message_id, process) VALUES ($1, $2, $3)");
        command.Parameters.Add(new() { Value = context.HandlerName });
        command.Parameters.Add(new() { Value = context.MessageId });
        command.Parameters.Add(new() { Value = Environment.ProcessId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A class for a family of events.</summary>
internal sealed class FamilyHandler(Starts starts) : IClerkEventHandler<UserEvent>
{
    public Task HandleAsync(UserEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => starts.AddAsync(context, cancellationToken);
}

/// <summary>A class for two events, which saves something in the transaction of its run.</summary>
internal sealed class ChangeHandler(Starts starts, Holds holds, EffectsContext effects) : IClerkEventHandler<UserCreated>, IClerkEventHandler<UserUpdated>
{
    public Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => HandleAsync(context, cancellationToken);

    public Task HandleAsync(UserUpdated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => HandleAsync(context, cancellationToken);

    private async Task HandleAsync(ClerkEventContext context, CancellationToken cancellationToken)
    {
        await starts.AddAsync(context, cancellationToken);
        effects.Effects.Add(new() { MessageId = context.MessageId });
        await effects.SaveChangesAsync(cancellationToken);
        await holds.PassAsync("saved", context.MessageId);
    }
}
