using System.Net;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Tests.AspNetCore;

/// <summary>The endpoint among the middlewares that real applications put before it.</summary>
public sealed class PipelineTests
{
    [Fact]
    public async Task A_fallback_policy_that_demands_a_user_does_not_stop_deliveries()
    {
        await using var app = await WebhookApp.StartAsync(AddAuthentication, UseAuthentication);

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign())).Status);
    }

    [Fact]
    public async Task A_401_at_a_wrong_path_is_logged_with_its_cause_and_the_right_path()
    {
        await using var app = await WebhookApp.StartAsync(AddAuthentication, UseAuthentication);

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.PostAsync(WebhookApp.Sign(), path: "/webhooks/clerk")).Status);

        await app.LoggedAsync("A delivery to /webhooks/clerk was answered 401 before it reached the webhook endpoint: most likely authentication");
        await app.LoggedAsync("The endpoint is POST /api/webhooks/clerk.");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Antiforgery_does_not_stop_deliveries(string contentType)
    {
        await using var app = await WebhookApp.StartAsync(b => b.Services.AddAntiforgery(), a => a.UseAntiforgery());

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), contentType: contentType)).Status);
    }

    [Fact]
    public async Task A_redirect_to_https_is_logged_with_its_cause_and_cure()
    {
        await using var app = await WebhookApp.StartAsync(
            b => b.Services.Configure<HttpsRedirectionOptions>(o => o.HttpsPort = 443), a => a.UseHttpsRedirection());

        Assert.Equal(HttpStatusCode.TemporaryRedirect, (await app.PostAsync(WebhookApp.Sign())).Status);

        await app.LoggedAsync("A delivery to /api/webhooks/clerk was answered 307 before it reached the webhook endpoint: most likely UseHttpsRedirection");
        await app.LoggedAsync("UseForwardedHeaders()");
    }

    [Fact]
    public async Task A_404_is_logged_once_a_minute_and_a_path_cannot_forge_a_line()
    {
        await using var app = await WebhookApp.StartAsync();

        await app.PostAsync(WebhookApp.Sign(), path: "/wrong%0Aline");
        await app.LoggedAsync("A delivery to /wrong%0Aline was answered 404");
        await app.PostAsync(WebhookApp.Sign(), path: "/wrong2");
        await app.PostAsync(WebhookApp.Sign(), path: "/wrong2");

        // what ends a request is logged before the answer to the next one on the same connection
        await app.PostAsync(WebhookApp.Sign());
        Assert.Single(app.Warnings);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await app.PostAsync(WebhookApp.Sign(), path: "/wrong3");
        await app.LoggedAsync("A delivery to /wrong3 was answered 404");
        await app.LoggedAsync("(2 more since the last such line.)");
    }

    [Fact]
    public async Task Requests_without_signature_headers_and_answers_of_other_endpoints_are_not_logged()
    {
        await using var app = await WebhookApp.StartAsync(pipeline: a => a.MapPost("/resend", () => Results.StatusCode(400)));

        await app.PostAsync([], path: "/nothing");
        await app.PostAsync(WebhookApp.Sign(), path: "/resend");
        await app.PostAsync(WebhookApp.Sign());
        await app.PostAsync(WebhookApp.Sign());

        Assert.Empty(app.Warnings);
    }

    [Fact]
    public async Task In_a_group_the_path_has_the_prefix_of_the_group()
    {
        WebhookApp? app = null;
        await using var started = app = await WebhookApp.StartAsync(mapWebhooks: false, pipeline: a =>
            a.MapGroup("/v1").MapClerkWebhooks("/hooks", (_, _) => new(new Receiving.ReceiveOutcome(Receiving.ReceiveResult.Applied))));

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/v1/hooks")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.PostAsync(WebhookApp.Sign(), path: "/hooks")).Status);
        await app.LoggedAsync("The endpoint is POST /v1/hooks.");
    }

    [Fact]
    public async Task A_middleware_that_buffers_and_reads_the_body_does_no_harm()
    {
        await using var app = await WebhookApp.StartAsync(pipeline: a => a.Use(async (context, next) =>
        {
            context.Request.EnableBuffering();
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await next(context);
        }));

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign())).Status);
        Assert.Equal(WebhookApp.Body, Assert.Single(app.Received).Body.ToArray());
    }

    [Fact]
    public async Task A_middleware_that_consumes_the_body_is_named_as_the_cause()
    {
        await using var app = await WebhookApp.StartAsync(pipeline: a => a.Use(async (context, next) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await next(context);
        }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await app.PostAsync(WebhookApp.Sign())).Status);
        Assert.Contains(app.Log.GetSnapshot(), r => r.Exception?.Message.Contains("Request.EnableBuffering()", StringComparison.Ordinal) == true);
        Assert.Empty(app.Received);
    }

    private static void AddAuthentication(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken();
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    private static void UseAuthentication(WebApplication app) => app.UseAuthentication().UseAuthorization();
}
