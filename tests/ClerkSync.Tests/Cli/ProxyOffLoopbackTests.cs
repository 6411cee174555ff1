using System.Net;
using ClerkSync.Cli;

namespace ClerkSync.Tests.Cli;

public sealed class ProxyOffLoopbackTests
{
    private readonly ProxyOffLoopback _proxy = new(() => new WebProxy("http://proxy.test:3128") { BypassList = ["inside\\.test"] });

    [Theory]
    [InlineData("http://127.0.0.1:3000/")]
    [InlineData("http://127.1.2.3/")]
    [InlineData("http://[::1]:3000/")]
    [InlineData("http://localhost:4040/api/tunnels")]
    [InlineData("http://app.localhost:3000/")]
    [InlineData("http://0.0.0.0:3000/")]
    [InlineData("http://inside.test/")]
    public void This_machine_is_reached_without_it(string url)
    {
        Assert.True(_proxy.IsBypassed(new(url)));
        Assert.True(_proxy.GetProxy(new(url)) is null || url.Contains("inside", StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_else_goes_through_it()
    {
        Assert.False(_proxy.IsBypassed(new("https://api.clerk.com/v1")));
        Assert.Equal(new Uri("http://proxy.test:3128"), _proxy.GetProxy(new("https://api.clerk.com/v1")));
    }

    [Fact]
    public void The_program_uses_it()
    {
        using var handler = Assert.IsType<SocketsHttpHandler>(CliHost.OfThisProcess().HttpHandler());

        Assert.IsType<ProxyOffLoopback>(handler.Proxy);
    }

    [Fact]
    public async Task A_request_to_this_machine_passes_a_proxy_that_does_not_run()
    {
        await using var endpoint = await SampleEndpoint.StartAsync(CliRun.Secret);
        using var http = new HttpClient(new SocketsHttpHandler { Proxy = new ProxyOffLoopback(() => new WebProxy("http://127.0.0.1:1")) });

        using var response = await http.GetAsync(new Uri(endpoint.Url), TestContext.Current.CancellationToken);

        Assert.NotEqual(0, (int)response.StatusCode);
    }
}
