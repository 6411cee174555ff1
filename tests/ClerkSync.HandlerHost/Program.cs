using ClerkSync.Events;
using ClerkSync.HandlerHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

// As a test starts it: "serve --urls <url>"; everything else is in the environment.
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(args[^1]);
var database = builder.Configuration["CLERKSYNC_DATABASE"]!;
await using var source = NpgsqlDataSource.Create(database);
var starts = new Starts(source);
var holds = new Holds(source, builder.Configuration["HOLD_FILE"]);
builder.Services.AddSingleton(starts);
builder.Services.AddSingleton(holds);
builder.Services.AddDbContext<EffectsContext>(options => options.UseNpgsql(source).AddInterceptors(new HeldCommit(holds)));

// What is held is not to end by a time limit.
var limit = TimeSpan.FromMinutes(30);
builder.Services.AddClerkSync()
    .UsePostgreSql(database)
    .AddHandler<FamilyHandler>(handler => handler.Name = "family")
    .AddHandler<ChangeHandler>(handler =>
    {
        (handler.Name, handler.Timeout) = ("change", limit);
        handler.UseTransaction<EffectsContext>();
    })
    .AddHandler(handler => (handler.ForTypes("user.*").Name, handler.Timeout) = ("types", limit), async (_, context, token) =>
    {
        await starts.AddAsync(context, token);
        await holds.PassAsync("types", context.MessageId);
    })
    .AddHandler<ClerkEvent>(handler => handler.Name = "everything", (_, context, token) => starts.AddAsync(context, token));

var app = builder.Build();
app.MapClerkWebhooks();
await app.StartAsync();
await Console.Error.WriteLineAsync($"Listening on {app.Urls.First()}/api/webhooks/clerk");
await app.WaitForShutdownAsync();
