using WelcomeEmail;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddSingleton(new MailFolder(builder.Configuration["Mails"] ?? "mails"));
builder.Services.AddClerkSync()
    .UseSqlite("Data Source=welcome.db")
    .AddHandler<WelcomeEmailHandler>(handler =>
    {
        handler.Name = "welcome-email";                     // stored runs belong to this name, whatever the class is called
        handler.Timeout = TimeSpan.FromSeconds(20);
    });

var app = builder.Build();
app.MapClerkWebhooks();
app.Run();
