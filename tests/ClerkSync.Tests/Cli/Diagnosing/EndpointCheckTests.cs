using System.Net;
using ClerkSync.Cli.Diagnosing;
using ClerkSync.Signing;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>What two probes together say about an endpoint.</summary>
public sealed class EndpointCheckTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(400, "Error verifying webhook", "no_signed_probe")]
    [InlineData(401, "", "no_signed_probe")]
    [InlineData(403, "Webhook signature verification failed", "no_signed_probe")]
    [InlineData(422, "", "no_signed_probe")]
    [InlineData(403, "Blocked request. This host (\"a.example\") is not allowed.", "host_refused")]
    [InlineData(400, "The required antiforgery cookie is not present.", "antiforgery")]
    [InlineData(400, "Missing webhook signing secret.", "no_signing_secret")]
    [InlineData(400, "The plain HTTP request was sent to HTTPS port", "redirect_https")]
    [InlineData(401, "<!doctype html><title>Sign in</title>", "login_wall")]
    [InlineData(404, "", "wrong_path")]
    [InlineData(200, "", "verifies_nothing")]
    public async Task Without_a_secret_a_refusal_is_right_and_what_stands_in_front_is_named(int status, string body, string code)
    {
        _run.HttpHandler = () => new Endpoint((_, _) => Task.FromResult((status, body)));

        var finding = await new EndpointCheck(_run.Host(), new(new("https://app.example.com/hook"), null, IsGiven: true)).LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal(code, finding.Code);
    }

    [Theory]
    [InlineData(400, "slow_handler")]
    [InlineData(401, "slow_handler")]
    [InlineData(200, "timeout")]
    [InlineData(404, "timeout")]
    [InlineData(502, "timeout")]
    public async Task A_handler_is_slow_only_where_it_refuses_an_unsigned_request_at_once(int status, string code)
    {
        var waiting = new TaskCompletionSource();
        _run.HttpHandler = () => new Endpoint(async (request, cancellationToken) =>
        {
            if (request.Headers.Contains("svix-signature"))
            {
                waiting.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, _run.Time, cancellationToken);
            }

            return (status, "");
        });

        var looking = new EndpointCheck(_run.Host(), new(new("https://app.example.com/hook"), SigningSecrets.Parse(CliRun.Secret), IsGiven: true)).LookAsync(TestContext.Current.CancellationToken);
        await waiting.Task;
        _run.Time.Advance(Probe.Timeout);

        Assert.Equal(code, (await looking).Code);
    }

    [Fact]
    public async Task What_it_repeats_of_the_signature_is_not_shown()
    {
        var seen = "";
        _run.HttpHandler = () => new Endpoint((request, _) =>
        {
            seen = request.Headers.TryGetValues("svix-signature", out var values) ? values.Single() : "none";
            return Task.FromResult((418, "{\"headers\":{\"svix-signature\":\"" + seen + "\"}}"));
        });

        var finding = await new EndpointCheck(_run.Host(), new(new("https://app.example.com/hook"), SigningSecrets.Parse(CliRun.Secret), IsGiven: true)).LookAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("v1,", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(seen[3..], finding.ToString(), StringComparison.Ordinal);
    }

    private sealed class Endpoint(Func<HttpRequestMessage, CancellationToken, Task<(int Status, string Body)>> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (status, body) = await answer(request, cancellationToken);
            return new((HttpStatusCode)status) { Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body)), RequestMessage = request };
        }
    }
}
