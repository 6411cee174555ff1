using System.Globalization;
using ClerkSync;
using ClerkSync.Events;

namespace HandWritten;

/// <summary>ClerkSync inside an application.</summary>
internal static class Library
{
    public static WebApplication Create(WebApplicationBuilder builder)
    {
        AddClerkSync(builder);
        var app = builder.Build();
        app.MapClerkWebhooks();
        return app;
    }

    /// <summary>With a handler that only counts: <c>GET /handled</c> tells how far it is.</summary>
    public static WebApplication CreateWithHandler(WebApplicationBuilder builder)
    {
        var handled = 0L;
        AddClerkSync(builder).AddHandler<UserEvent>(handler => handler.Name = "count", (_, _, _) =>
        {
            Interlocked.Increment(ref handled);
            return Task.CompletedTask;
        });
        var app = builder.Build();
        app.MapClerkWebhooks();
        app.MapGet("/handled", () => Interlocked.Read(ref handled).ToString(CultureInfo.InvariantCulture));
        return app;
    }

    private static ClerkSyncBuilder AddClerkSync(WebApplicationBuilder builder) =>
        builder.Services.AddClerkSync().UsePostgreSql(builder.Configuration.Required("DATABASE_URL"));
}
