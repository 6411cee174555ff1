using ClerkSync.Events;
using ClerkSync.HandlerHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

// As a test starts it: "serve --urls <url>"; everything else is in the environment.
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(args[^1]);
var database = builder.Configuration["CLERKSYNC_DATABASE"]!;
await using var source = NpgsqlDataSource.Create(database);
var starts = new Starts(source);
builder.Services.AddSingleton(starts);
builder.Services.AddClerkSync(options => options.Handlers.Lease = TimeSpan.FromSeconds(2))
    .UsePostgreSql(database)
    .AddHandler<FamilyHandler>(handler => handler.Name = "family")
    .AddHandler<ChangeHandler>(handler => handler.Name = "change")
    .AddHandler(handler => handler.ForTypes("user.*").Name = "types", (_, context, token) => starts.AddAsync(context, token))
    .AddHandler<ClerkEvent>(handler => handler.Name = "everything", (_, context, token) => starts.AddAsync(context, token));

var app = builder.Build();
app.MapClerkWebhooks();
await app.StartAsync();
await Console.Error.WriteLineAsync($"Listening on {app.Urls.First()}/api/webhooks/clerk");
await app.WaitForShutdownAsync();
