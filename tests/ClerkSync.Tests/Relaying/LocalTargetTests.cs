using System.IO.Compression;
using System.Text;
using ClerkSync.Cli.Relaying;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Tests.Relaying;

/// <summary>What reaches a real local server, and what becomes of its answer.</summary>
public sealed class LocalTargetTests : IAsyncLifetime
{
    private readonly WatchedClock _clock = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private WebApplication _app = null!;
    private string? _method;
    private Dictionary<string, string> _headers = [];
    private byte[] _body = [];
    private Func<HttpContext, Task> _answer = _ => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            (_method, _body) = (http.Request.Method, body.ToArray());
            _headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            await _answer(http);
        });
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_bytes_and_headers_of_a_delivery_arrive_and_those_of_its_connection_do_not()
    {
        byte[] body = [0xff, 0x00, 0xfe];
        var reply = await SendAsync(new(
            "POST",
            [
                new("svix-id", "msg_1"), new("content-type", "application/json"), new("Host", "webhooks.clerk.com"), new("connection", "keep-alive, x-private, svix-id"), new("x-private", "1"),
                new("transfer-encoding", "chunked"), new("content-length", "9999"), new("te", "trailers"), new("expect", "100-continue"), new("x-odd", "Zoë"), new("x-two", "1"),
            ],
            body));

        Assert.Equal(200, reply.Status);
        Assert.Equal(body, _body);
        Assert.Equal(("msg_1", "application/json", "1", "3"), (_headers["svix-id"], _headers["content-type"], _headers["x-two"], _headers["content-length"]));
        Assert.StartsWith("127.0.0.1:", _headers["host"], StringComparison.Ordinal);
        Assert.Empty(_headers.Keys.Intersect(["connection", "x-private", "transfer-encoding", "te", "expect", "x-odd"], StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_GET_has_no_body()
    {
        await SendAsync(new("GET", [new("content-type", "text/plain")], default));

        Assert.Equal("GET", _method);
        Assert.DoesNotContain("content-length", _headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Extra_headers_replace_the_deliverys_but_never_its_signature()
    {
        var target = new LocalTarget(_http, Address, [new("user-agent", "mine"), new("x-env", "a"), new("x-env", "b"), new("svix-id", "other"), new("host", "app.test")], _clock);
        await target.SendAsync(new("POST", [new("User-Agent", "Svix"), new("svix-id", "msg_1")], default), TestContext.Current.CancellationToken);

        Assert.Equal(("mine", "a, b", "msg_1", "app.test"), (_headers["user-agent"], _headers["x-env"], _headers["svix-id"], _headers["host"]));
    }

    [Fact]
    public async Task A_redirect_is_an_answer()
    {
        _answer = http =>
        {
            http.Response.Redirect("/sign-in");
            return Task.CompletedTask;
        };

        var reply = await SendAsync(new("POST", [], default));

        Assert.Equal((302, "/sign-in"), (reply.Status, reply.Headers.Single(header => header.Key == "location").Value));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_compressed_answer_comes_back_plain(string encoding)
    {
        _answer = async http =>
        {
            http.Response.Headers.ContentEncoding = encoding;
            await using Stream stream = encoding switch
            {
                "gzip" => new GZipStream(http.Response.Body, CompressionMode.Compress),
                "br" => new BrotliStream(http.Response.Body, CompressionMode.Compress),
                _ => new ZLibStream(http.Response.Body, CompressionMode.Compress),
            };
            await stream.WriteAsync("plain"u8.ToArray(), http.RequestAborted);
        };

        var reply = await SendAsync(new("POST", [], default));

        Assert.Equal("plain", Encoding.UTF8.GetString(reply.Body.Span));
        Assert.Empty(reply.Headers.Select(header => header.Key).Intersect(["content-encoding", "content-length", "transfer-encoding", "connection"], StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    public async Task An_encoding_that_nobody_here_reads_stays_with_its_header(string encoding)
    {
        _answer = http =>
        {
            http.Response.Headers.ContentEncoding = encoding;
            return http.Response.Body.WriteAsync("packed"u8.ToArray(), http.RequestAborted).AsTask();
        };

        var reply = await SendAsync(new("POST", [], default));

        Assert.Equal(("packed", encoding), (Encoding.UTF8.GetString(reply.Body.Span), reply.Headers.Single(header => header.Key == "content-encoding").Value));
    }

    [Fact]
    public async Task Several_cookies_stay_and_can_be_told_apart()
    {
        _answer = http =>
        {
            http.Response.Headers.Append("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/");
            http.Response.Headers.Append("Set-Cookie", "b=2; HttpOnly");
            return Task.CompletedTask;
        };

        var reply = await SendAsync(new("POST", [], default));

        Assert.Equal("a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, b=2; HttpOnly", reply.Headers.Single(header => header.Key == "set-cookie").Value);
    }

    [Fact]
    public async Task A_long_answer_is_cut()
    {
        _answer = http => http.Response.Body.WriteAsync(new byte[LocalTarget.LongestAnswer + 1], http.RequestAborted).AsTask();

        Assert.Equal(LocalTarget.LongestAnswer, (await SendAsync(new("POST", [], default))).Body.Length);
    }

    [Fact]
    public async Task A_handler_that_does_not_answer_is_left_after_thirty_seconds()
    {
        _answer = http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);

        var sending = SendAsync(new("POST", [], default));
        await _clock.PassAsync(LocalTarget.Timeout);

        Assert.Equal(504, (await sending).Status);
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_a_bad_gateway()
    {
        var address = Address;
        await _app.StopAsync(TestContext.Current.CancellationToken);

        var reply = await new LocalTarget(_http, new(address, "?key=hunter2"), [], _clock).SendAsync(new("POST", [], default), TestContext.Current.CancellationToken);

        Assert.Equal((502, $"{address.AbsoluteUri}: Nothing answers there."), (reply.Status, reply.Problem));
    }

    [Fact]
    public async Task A_method_that_is_none_is_refused() => Assert.Equal(400, (await SendAsync(new("BAD METHOD", [], default))).Status);

    private Uri Address => new(_app.Urls.First() + "/api/webhooks/clerk");

    private Task<RelayReply> SendAsync(RelayRequest request) => new LocalTarget(_http, Address, [], _clock).SendAsync(request, TestContext.Current.CancellationToken);
}
