using ClerkSync.Events;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddClerkSync()
    .UseSqlite("Data Source=quickstart.db")
    .AddHandler<UserCreated>(handler => handler.Name = "greet", (created, context, cancellationToken) =>
    {
        Console.WriteLine($"Welcome, {created.Data.FirstName}! (message {context.MessageId})");
        return Task.CompletedTask;
    });

var app = builder.Build();
app.MapClerkWebhooks();
app.Run();
