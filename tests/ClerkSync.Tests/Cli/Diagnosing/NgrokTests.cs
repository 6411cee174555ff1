using System.Net;
using ClerkSync.Cli.Diagnosing;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>The ngrok agent of this machine, or what stands in its place.</summary>
public sealed class NgrokTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("endpoints", """{"endpoints":[{"url":"https://a.ngrok.app","upstream":{"url":"http://localhost:8787"}},{"url":"tcp://b.ngrok.app:1","upstream":{"url":"localhost:22"}}]}""", "https://a.ngrok.app/ 8787")]
    [InlineData("endpoints", """{"endpoints":[{"url":"https://a.ngrok.app","upstream":{"url":"8787"}}]}""", "https://a.ngrok.app/ 8787")]
    [InlineData("endpoints", """{"endpoints":[{"url":"https://a.ngrok.app","upstream":{"url":"http://10.0.0.7:8787"}}]}""", "https://a.ngrok.app/ ")]
    [InlineData("endpoints", """{"endpoints":[null,{"url":7},{"url":"https://a.ngrok.app"}]}""", "https://a.ngrok.app/ ")]
    [InlineData("tunnels", """{"tunnels":[{"public_url":"https://c.ngrok.app","config":{"addr":"http://localhost:3000"}}]}""", "https://c.ngrok.app/ 3000")]
    public async Task It_tells_where_its_addresses_lead(string path, string answer, string expected)
    {
        using var client = new HttpClient(new Agent(path, answer));

        var endpoints = await new NgrokAgent(client, NgrokAgent.DefaultApi).FindAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, string.Join(", ", endpoints!.Select(e => $"{e.Public} {e.Port}")));
    }

    [Theory]
    [InlineData("endpoints", "<html>")]
    [InlineData("endpoints", "[]")]
    [InlineData("endpoints", """{"endpoints":7}""")]
    [InlineData("status", "{}")]
    public async Task What_is_no_agent_is_none(string path, string answer)
    {
        using var client = new HttpClient(new Agent(path, answer));

        Assert.Null(await new NgrokAgent(client, NgrokAgent.DefaultApi).FindAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("pass", null, "none", null)]
    [InlineData("pass", null, """{"endpoints":[{"url":"https://a.ngrok.app","upstream":{"url":"http://localhost:8787"}}]}""", "enter https://a.ngrok.app/api/webhooks/clerk in Clerk's Dashboard")]
    [InlineData("warn", "tunnel_elsewhere", """{"endpoints":[{"url":"https://a.ngrok.app","upstream":{"url":"http://localhost:3000"}}]}""", "ngrok http 8787")]
    [InlineData("warn", "no_tunnel", """{"endpoints":[]}""", "ngrok http 8787")]
    public async Task It_is_compared_with_the_port_of_the_server(string status, string? code, string answer, string? says)
    {
        _run.HttpHandler = () => new Agent("endpoints", answer);
        var check = new NgrokCheck(_run.Host(), new ConfigurationBuilder().Build(), target: null, running: null, NgrokAgent.DefaultApi);

        var finding = await check.LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal((status, code), (finding.Status.ToString().ToLowerInvariant(), finding.Code));
        Assert.Contains(says ?? "No ngrok agent runs", finding.Message + finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_takes_a_connection_and_says_nothing_is_no_agent()
    {
        var asked = new TaskCompletionSource();
        _run.HttpHandler = () => new Silent(asked);
        var looking = new NgrokCheck(_run.Host(), new ConfigurationBuilder().Build(), target: null, running: null, NgrokAgent.DefaultApi).LookAsync(TestContext.Current.CancellationToken);
        await asked.Task;
        _run.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(CheckStatus.Pass, (await looking).Status);
    }

    private sealed class Silent(TaskCompletionSource asked) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return new();
        }
    }

    private sealed class Agent(string path, string answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isThere = answer != "none" && request.RequestUri == new Uri(NgrokAgent.DefaultApi, path);
            return Task.FromResult(isThere ? new(HttpStatusCode.OK) { Content = new StringContent(answer) } : new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }
}
