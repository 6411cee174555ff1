using System.Security.Claims;
using ClerkSync.AspNetCore;
using ClerkSync.Tests.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Tests.AspNetCore;

/// <summary>Who stands before an endpoint with <c>RequireMirroredUser</c>.</summary>
public sealed class MirroredUserGateTests
{
    [Fact]
    public async Task Nobody_signed_in_is_told_how_to_sign_in()
    {
        var http = await AskAsync(new ClaimsIdentity([new("sub", "user_1")]));
        Assert.Equal((StatusCodes.Status401Unauthorized, "Bearer"), (http.Response.StatusCode, http.Response.Headers.WWWAuthenticate.ToString()));
    }

    [Fact]
    public async Task What_an_identity_says_that_nobody_has_checked_does_not_count()
    {
        var http = await AskAsync(new ClaimsIdentity([new("name", "Ada")], "cookie"), new ClaimsIdentity([new("sub", "user_1")]));
        Assert.Equal(StatusCodes.Status403Forbidden, http.Response.StatusCode);
    }

    [Fact]
    public async Task While_nobody_can_say_who_it_is_the_answer_is_to_try_again()
    {
        using var source = new Unreachable();
        await using var app = await ClerkApp.StartAsync(
            o => o.BackchannelHttpHandler = source,
            app => app.MapGet("/gate", new MirroredUserGate(_ => throw new InvalidOperationException("The endpoint was reached."), claimType: null).HandleAsync),
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["CLERK_PUBLISHABLE_KEY"] = TokenForge.PublishableKey });
        var answer = await app.BearerAsync(app.Forge.Make(), "/gate");
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, answer.Status);
        Assert.Contains("keys_unavailable", answer.Body, StringComparison.Ordinal);
        Assert.Equal(StatusCodes.Status401Unauthorized, (await app.BearerAsync(null, "/gate")).Status);
    }

    [Fact]
    public void An_endpoint_that_cannot_be_guarded_is_not_left_open()
    {
        var conventions = new Conventions();
        conventions.RequireMirroredUser();
        var failure = Assert.Throws<InvalidOperationException>(() => conventions.Last!(new RouteEndpointBuilder(null, RoutePatternFactory.Parse("/orders"), 0) { DisplayName = "POST /orders" }));
        Assert.Contains("POST /orders", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpContext> AskAsync(params ClaimsIdentity[] identities)
    {
        var http = new DefaultHttpContext { User = new(identities), RequestServices = new ServiceCollection().BuildServiceProvider() };
        await new MirroredUserGate(_ => throw new InvalidOperationException("The endpoint was reached."), claimType: null).HandleAsync(http);
        return http;
    }

    private sealed class Unreachable : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new HttpRequestException(HttpRequestError.ConnectionError);
    }

    private sealed class Conventions : IEndpointConventionBuilder
    {
        public Action<EndpointBuilder>? Last { get; private set; }

        public void Add(Action<EndpointBuilder> convention)
        {
        }

        public void Finally(Action<EndpointBuilder> finallyConvention) => Last = finallyConvention;
    }
}
