using Npgsql;
using NpgsqlTypes;

namespace HandWritten;

/// <summary>A minimal API with one command an event: what somebody writes who wants it fast.</summary>
internal static class NpgsqlReceiver
{
    private const int PreparedStatements = 20;

    private const string Upsert =
        """
        INSERT INTO users (id, email, first_name, last_name, image_url, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET
            email = excluded.email,
            first_name = excluded.first_name,
            last_name = excluded.last_name,
            image_url = excluded.image_url,
            created_at = excluded.created_at,
            updated_at = excluded.updated_at
        """;

    public static async Task<WebApplication> CreateAsync(WebApplicationBuilder builder)
    {
        var database = builder.Configuration.Database();
        database.MaxAutoPrepare = PreparedStatements;
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database));
        builder.Services.AddSingleton(new WebhookSignature(builder.Configuration.Required("CLERK_WEBHOOK_SIGNING_SECRET")));
        var app = builder.Build();

        await using (var create = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(WebhookRoute.CreateTable))
            await create.ExecuteNonQueryAsync();

        app.MapPost(WebhookRoute.Path, async (HttpRequest request, WebhookSignature signature, NpgsqlDataSource source, CancellationToken cancellationToken) =>
        {
            if (await WebhookRoute.ReadAsync(request, signature, cancellationToken) is not { } webhook)
                return WebhookRoute.Refused();
            await StoreAsync(webhook, source, cancellationToken);
            return WebhookRoute.Received();
        });
        return app;
    }

    private static async Task StoreAsync(WebhookEvent webhook, NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        switch (webhook.Type)
        {
            case "user.created" or "user.updated":
                await UpsertAsync(webhook.ToUser(), source, cancellationToken);
                break;
            case "user.deleted":
                await using (var delete = source.CreateCommand("DELETE FROM users WHERE id = $1"))
                {
                    delete.Parameters.Add(Text(webhook.ObjectId()));
                    await delete.ExecuteNonQueryAsync(cancellationToken);
                }

                break;
        }
    }

    private static async Task UpsertAsync(WebhookUser user, NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Upsert);
        command.Parameters.Add(Text(user.Id));
        command.Parameters.Add(Text(user.PrimaryEmailAddress));
        command.Parameters.Add(Text(user.FirstName));
        command.Parameters.Add(Text(user.LastName));
        command.Parameters.Add(Text(user.ImageUrl));
        command.Parameters.Add(Moment(user.CreatedAt));
        command.Parameters.Add(Moment(user.UpdatedAt));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // with its type, so that a null does not make another statement to prepare
    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    private static NpgsqlParameter<DateTimeOffset> Moment(long milliseconds) => new() { TypedValue = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) };
}
