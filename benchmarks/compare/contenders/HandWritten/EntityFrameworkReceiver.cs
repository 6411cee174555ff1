using Microsoft.EntityFrameworkCore;

namespace HandWritten;

/// <summary>A minimal API with Entity Framework: find, change or add, save.</summary>
internal static class EntityFrameworkReceiver
{
    public static async Task<WebApplication> CreateAsync(WebApplicationBuilder builder)
    {
        builder.Services.AddDbContextPool<UsersContext>(options => options.UseNpgsql(builder.Configuration.Database().ToString()));
        builder.Services.AddSingleton(new WebhookSignature(builder.Configuration.Required("CLERK_WEBHOOK_SIGNING_SECRET")));
        var app = builder.Build();

        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<UsersContext>().Database.ExecuteSqlRawAsync(WebhookRoute.CreateTable);

        app.MapPost(WebhookRoute.Path, async (HttpRequest request, WebhookSignature signature, UsersContext context, CancellationToken cancellationToken) =>
        {
            if (await WebhookRoute.ReadAsync(request, signature, cancellationToken) is not { } webhook)
                return WebhookRoute.Refused();
            await StoreAsync(webhook, context, cancellationToken);
            return WebhookRoute.Received();
        });
        return app;
    }

    private static async Task StoreAsync(WebhookEvent webhook, UsersContext context, CancellationToken cancellationToken)
    {
        switch (webhook.Type)
        {
            case "user.created" or "user.updated":
                await UpsertAsync(webhook.ToUser(), context, cancellationToken);
                break;
            case "user.deleted":
                var id = webhook.ObjectId();
                await context.Users.Where(u => u.Id == id).ExecuteDeleteAsync(cancellationToken);
                break;
        }
    }

    private static async Task UpsertAsync(WebhookUser told, UsersContext context, CancellationToken cancellationToken)
    {
        var user = await context.Users.FindAsync([told.Id], cancellationToken);
        if (user is null)
        {
            user = new() { Id = told.Id };
            context.Users.Add(user);
        }

        user.Email = told.PrimaryEmailAddress;
        user.FirstName = told.FirstName;
        user.LastName = told.LastName;
        user.ImageUrl = told.ImageUrl;
        user.CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(told.CreatedAt);
        user.UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(told.UpdatedAt);
        await context.SaveChangesAsync(cancellationToken);
    }
}
