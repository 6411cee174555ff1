using System.IO.Compression;
using System.Net;
using System.Threading.RateLimiting;
using ClerkSync.Tests.AspNetCore;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Tests.Hosts;

/// <summary>An endpoint of one's own among what real applications put before it.</summary>
public sealed class PipelineOfHostsTests
{
    [Fact]
    public async Task A_fallback_policy_stops_deliveries_unless_the_endpoint_is_anonymous()
    {
        await using var app = await StartAsync(
            b =>
            {
                b.Services.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken();
                b.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            },
            a =>
            {
                a.UseAuthentication().UseAuthorization();
                a.MapPost("/anonymous", VerifyAsync).AllowAnonymous();
            });
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.PostAsync(WebhookApp.Sign(), path: "/own")).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/anonymous")).Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Antiforgery_looks_at_endpoints_that_bind_a_form_only(string contentType)
    {
        await using var app = await StartAsync(b => b.Services.AddAntiforgery(), a => a.UseAntiforgery());
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/own", contentType: contentType)).Status);
    }

    [Fact]
    public async Task A_parameter_that_is_bound_from_the_body_consumes_it_and_the_error_says_so()
    {
        await using var app = await StartAsync(pipeline: a => a.MapPost("/bound", async ([FromBody] Dictionary<string, object> body, HttpRequest request, CancellationToken token) =>
        {
            Assert.NotEmpty(body);
            return await VerifyAsync(request, token);
        }));
        Assert.Equal(HttpStatusCode.InternalServerError, (await app.PostAsync(WebhookApp.Sign(), path: "/bound")).Status);
        Assert.Contains(app.Log.GetSnapshot(), r => r.Exception?.Message.Contains("[FromBody]", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task With_buffering_before_it_binding_and_verifying_both_see_the_body()
    {
        await using var app = await StartAsync(pipeline: a =>
        {
            a.Use((context, next) =>
            {
                context.Request.EnableBuffering();
                return next(context);
            });
            a.MapPost("/bound", async ([FromBody] Dictionary<string, object> body, HttpRequest request, CancellationToken token) =>
            {
                Assert.NotEmpty(body);
                return await VerifyAsync(request, token);
            });
        });
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/bound")).Status);
    }

    [Fact]
    public async Task Request_decompression_leaves_deliveries_alone_and_undoes_what_a_proxy_compressed()
    {
        await using var app = await StartAsync(b => b.Services.AddRequestDecompression(), a => a.UseRequestDecompression());
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/own")).Status);
        Assert.Equal(HttpStatusCode.OK, await PostCompressedAsync(app));
        await using var plain = await StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, await PostCompressedAsync(plain));
    }

    [Fact]
    public async Task A_small_body_that_becomes_a_large_one_is_too_large()
    {
        await using var app = await StartAsync(b => b.Services.AddRequestDecompression(), a => a.UseRequestDecompression());
        var bomb = new byte[4 * 1024 * 1024];
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostCompressedAsync(app, bomb));
    }

    [Theory]
    [InlineData("https", HttpStatusCode.OK)]
    [InlineData("http", HttpStatusCode.TemporaryRedirect)]
    public async Task Behind_a_proxy_forwarded_headers_come_before_the_redirection(string scheme, HttpStatusCode status)
    {
        await using var app = await StartAsync(
            b => b.Services.Configure<HttpsRedirectionOptions>(o => o.HttpsPort = 443),
            a => a.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedProto }).UseHttpsRedirection());
        Assert.Equal(status, (await app.PostAsync([.. WebhookApp.Sign(), new("X-Forwarded-Proto", scheme)], path: "/own")).Status);
    }

    [Theory]
    [InlineData("/shop/own", HttpStatusCode.OK)]
    [InlineData("/own", HttpStatusCode.OK)]
    [InlineData("/store/own", HttpStatusCode.NotFound)]
    public async Task Under_a_base_path_the_signature_is_the_same(string path, HttpStatusCode status)
    {
        await using var app = await WebhookApp.StartAsync(mapWebhooks: false, pipeline: a =>
        {
            a.UsePathBase("/shop").UseRouting();
            a.MapPost("/own", VerifyAsync);
        });
        Assert.Equal(status, (await app.PostAsync(WebhookApp.Sign(), path: path)).Status);
    }

    [Fact]
    public async Task A_proxy_that_renames_the_host_and_adds_headers_does_no_harm()
    {
        await using var app = await StartAsync();
        Assert.Equal(
            HttpStatusCode.OK,
            (await app.PostAsync([.. WebhookApp.Sign(), new("Host", "internal.example"), new("X-Forwarded-For", "203.0.113.7"), new("Via", "1.1 proxy"), new("X-Original-URL", "/x")], path: "/own")).Status);
    }

    [Fact]
    public async Task A_rate_limit_for_everything_counts_deliveries_unless_the_endpoint_says_no()
    {
        await using var app = await StartAsync(
            b => b.Services.AddRateLimiter(o => o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
                _ => RateLimitPartition.GetFixedWindowLimiter("all", _ => new() { PermitLimit = 1, Window = TimeSpan.FromDays(1) }))),
            a =>
            {
                a.UseRateLimiter();
                a.MapPost("/unlimited", VerifyAsync).DisableRateLimiting();
            });
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/own")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.PostAsync(WebhookApp.Sign(), path: "/own")).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign(), path: "/unlimited")).Status);
    }

    [Fact]
    public async Task JSON_that_was_written_anew_on_its_way_is_refused()
    {
        await using var app = await StartAsync();
        var (status, body, _) = await app.PostAsync(WebhookApp.Sign(), [.. "{ "u8, .. WebhookApp.Body.AsSpan(1)], path: "/own");
        Assert.Equal((HttpStatusCode.BadRequest, "signature_mismatch"), (status, WebhookEndpointTests.ReasonOf(body)));
    }

    private static async Task<HttpStatusCode> PostCompressedAsync(WebhookApp app, byte[]? content = null)
    {
        content ??= [.. WebhookApp.Body, .. Enumerable.Repeat((byte)' ', 1000)];
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(content, TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/own") { Content = new ByteArrayContent(compressed.ToArray()) };
        request.Content.Headers.ContentEncoding.Add("gzip");
        foreach (var (name, value) in WebhookApp.Sign(content))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static Task<WebhookApp> StartAsync(Action<WebApplicationBuilder>? services = null, Action<WebApplication>? pipeline = null) =>
        WebhookApp.StartAsync(services, mapWebhooks: false, pipeline: app =>
        {
            pipeline?.Invoke(app);
            app.MapPost("/own", VerifyAsync);
        });

    private static async Task<IResult> VerifyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var webhook = await request.VerifyClerkWebhookAsync(cancellationToken);
        return webhook.IsVerified ? Results.Ok() : webhook.Refusal.ToResult();
    }
}
