using System.Net;
using ClerkSync.Cli;
using ClerkSync.Cli.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Tests.Cli;

/// <summary>Who gets to the admin API without a token.</summary>
public sealed class AdminGuardTests
{
    [Theory]
    [InlineData("http://localhost:8788")]
    [InlineData("http://LOCALHOST:8788")]
    [InlineData("http://127.0.0.1:8788")]
    [InlineData("http://127.1.2.3:8788")]
    [InlineData("http://[::1]:8788")]
    public void Addresses_of_this_machine_need_no_token(string url) => Assert.Equal([url], Read(url).Urls);

    [Theory]
    [InlineData("http://loopback:8788")]
    [InlineData("http://localhost.:8788")]
    [InlineData("http://somewhere.localhost:8788")]
    [InlineData("http://server:8788")]
    [InlineData("http://*:8788")]
    [InlineData("http://+:8788")]
    [InlineData("http://0.0.0.0:8788")]
    [InlineData("http://[::]:8788")]
    [InlineData("http://10.0.0.5:8788")]
    [InlineData("http://localhost:8788;http://loopback:8789")]
    public void Every_other_name_is_bound_to_all_addresses_and_demands_a_token(string urls)
    {
        Assert.Equal("no_admin_token", Assert.Throws<CliException>(() => Read(urls)).Code);
        Assert.NotEmpty(Read(urls, "a-token-of-the-admin-api").Urls);
    }

    [Theory]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("::1", "[::1]", true)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1", true)]
    [InlineData("10.0.0.7", "localhost", false)]
    [InlineData("2001:db8::1", "localhost", false)]
    [InlineData(null, "localhost", false)]
    [InlineData("127.0.0.1", "rebound.example.com", false)]
    public async Task Without_a_token_only_a_caller_of_this_machine_gets_in(string? address, string host, bool getsIn)
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new(host);
        http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        var isIn = false;
        await AdminServer.Guard(token: null)(http, _ =>
        {
            isIn = true;
            return Task.CompletedTask;
        });
        Assert.Equal(getsIn, isIn);
        Assert.Equal(getsIn ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden, http.Response.StatusCode);
    }

    private static AdminSettings Read(string urls, string? token = null) => AdminSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection([new("CLERKSYNC_ADMIN_URLS", urls), new("CLERKSYNC_ADMIN_TOKEN", token)]).Build());
}
