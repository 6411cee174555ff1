using System.Threading.Channels;
using ClerkSync.Emulator;
using ClerkSync.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Tests.Emulator;

/// <summary>An application under test, connected with an emulator.</summary>
public sealed class WebHostTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_application_has_the_settings_and_gets_the_events(bool isTestServer)
    {
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        if (isTestServer)
            builder.WebHost.UseTestServer();
        else
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.UseClerkEmulator(clerk, "/hooks");
        builder.Services.AddScoped<Scoped>();
        var events = Channel.CreateUnbounded<ClerkEvent>();
        await using (var app = builder.Build())
        {
            Assert.All(clerk.Settings, s => Assert.Equal(s.Value, app.Configuration[s.Key]));
            app.MapPost("/hooks", async (HttpContext context) =>
            {
                Assert.NotNull(context.RequestServices.GetRequiredService<Scoped>());
                var webhook = await context.Request.VerifyClerkWebhookAsync(context.RequestAborted);
                if (webhook.Event is { } clerkEvent)
                    await events.Writer.WriteAsync(clerkEvent);
                context.Response.StatusCode = webhook.IsVerified ? 200 : 400;
            });
            await app.StartAsync(TestContext.Current.CancellationToken);

            var user = clerk.Users.Create("mara@example.com");
            await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);

            Assert.Equal(200, clerk.Endpoints.Single().Attempts.Single().Status);
            Assert.True(events.Reader.TryRead(out var created));
            Assert.Equal(user.Id, Assert.IsType<UserCreated>(created).Data.Id);
            await app.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Empty(clerk.Endpoints);
        clerk.Users.Create();
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Scoped;
}
