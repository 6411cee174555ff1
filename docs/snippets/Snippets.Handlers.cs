using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ClerkSync.Snippets;

/// <summary>Snippets about handlers.</summary>
internal static class HandlerCode
{
    public static void Register(WebApplicationBuilder builder)
    {
        // begin add-handler
        builder.Services.AddClerkSync()
            .UsePostgreSql(builder.Configuration.GetConnectionString("App")!)
            .AddHandler<WelcomeEmail>(h => h.Name = "welcome-email");
        // end add-handler
    }

    public static void RegisterDelegates(ClerkSyncBuilder clerkSync)
    {
        // begin add-delegates
        clerkSync
            .AddHandler<OrganizationMembershipEvent>(h => h.Name = "seats", async (membership, context, cancellationToken) =>
                await context.Services.GetRequiredService<Seats>().CountAsync(membership.Data.OrganizationId, cancellationToken))
            .AddHandler(h => h.ForTypes("session.*", "email.created").Name = "audit", (clerkEvent, context, cancellationToken) =>
                context.Services.GetRequiredService<Audit>().WriteAsync(context.MessageId, clerkEvent, cancellationToken));
        // end add-delegates
    }

    public static void Configure(ClerkSyncBuilder clerkSync)
    {
        // begin handler-options
        clerkSync.AddHandler<WelcomeEmail>(h =>
        {
            h.Name = "welcome-email";
            h.Timeout = TimeSpan.FromSeconds(20);
            h.MaxConcurrency = 2;                          // at once, in one process
            h.RetryDelays.Clear();                         // a schedule of its own
            h.RetryDelays.Add(TimeSpan.FromMinutes(1));
            h.RetryDelays.Add(TimeSpan.FromHours(1));      // then it is dead
        });
        // end handler-options
    }
}

// begin handler-class
public sealed class WelcomeEmail(Mailer mailer) : IClerkEventHandler<UserCreated>
{
    public Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) =>
        mailer.SendWelcomeAsync(clerkEvent.Data.PrimaryEmailAddress, idempotencyKey: context.MessageId, cancellationToken);
}
// end handler-class

// begin handler-two-events
public sealed class CustomerCopy(Customers customers) : IClerkEventHandler<UserChanged>, IClerkEventHandler<UserDeleted>
{
    public async Task HandleAsync(UserChanged clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        if (!context.IsStale)                                                  // else the mirror knows something newer
            await customers.UpsertAsync(clerkEvent.Data.Id, clerkEvent.Data.PrimaryEmailAddress, cancellationToken);
    }

    public Task HandleAsync(UserDeleted clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) =>
        customers.DeleteAsync(clerkEvent.Data.Id, cancellationToken);
}
// end handler-two-events

// begin idempotent-upsert
public sealed class CustomerRow(NpgsqlDataSource database) : IClerkEventHandler<UserChanged>
{
    private const string Upsert = """
        INSERT INTO customers (clerk_id, email, clerk_updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (clerk_id) DO UPDATE SET email = excluded.email, clerk_updated_at = excluded.clerk_updated_at
        WHERE customers.clerk_updated_at < excluded.clerk_updated_at
        """;

    public async Task HandleAsync(UserChanged clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        var user = clerkEvent.Data;
        await using var command = database.CreateCommand(Upsert);
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = (object?)user.PrimaryEmailAddress ?? DBNull.Value });
        command.Parameters.Add(new() { Value = user.UpdatedAt ?? DateTimeOffset.UnixEpoch });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
// end idempotent-upsert

// begin idempotent-once
public sealed class SignUpBonus(NpgsqlDataSource database) : IClerkEventHandler<UserCreated>
{
    public async Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await using var first = new NpgsqlCommand("INSERT INTO bonuses_given (message_id) VALUES ($1) ON CONFLICT DO NOTHING", connection, transaction);
        first.Parameters.Add(new() { Value = context.MessageId });
        if (await first.ExecuteNonQueryAsync(cancellationToken) == 0)
            return;                                                            // an earlier attempt has committed

        await using var bonus = new NpgsqlCommand("UPDATE accounts SET credit = credit + 10 WHERE clerk_id = $1", connection, transaction);
        bonus.Parameters.Add(new() { Value = clerkEvent.Data.Id });
        await bonus.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
// end idempotent-once

/// <summary>Stands for a service of the reader's own.</summary>
public sealed class Mailer
{
    public Task SendWelcomeAsync(string? to, string idempotencyKey, CancellationToken cancellationToken) => Task.FromResult((to, idempotencyKey)).WaitAsync(cancellationToken);
}

/// <summary>Stands for a service of the reader's own.</summary>
public sealed class Customers
{
    public Task UpsertAsync(string id, string? emailAddress, CancellationToken cancellationToken) => Task.FromResult((id, emailAddress)).WaitAsync(cancellationToken);

    public Task DeleteAsync(string id, CancellationToken cancellationToken) => Task.FromResult(id).WaitAsync(cancellationToken);
}

/// <summary>Stands for a service of the reader's own.</summary>
public sealed class Seats
{
    public Task CountAsync(string? organizationId, CancellationToken cancellationToken) => Task.FromResult(organizationId).WaitAsync(cancellationToken);
}

/// <summary>Stands for a service of the reader's own.</summary>
public sealed class Audit
{
    public Task WriteAsync(string messageId, ClerkEvent clerkEvent, CancellationToken cancellationToken) => Task.FromResult((messageId, clerkEvent)).WaitAsync(cancellationToken);
}
