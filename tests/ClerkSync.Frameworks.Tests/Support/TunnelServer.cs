using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>
/// The public side of localtunnel, on loopback: tells a client which port to connect to, and sends every other request through one of the connections that the client
/// keeps open. Each of them carries one request, and the client opens another one then. One tunnel at a time.
/// </summary>
internal sealed class TunnelServer : IAsyncDisposable
{
    /// <summary>What callers of the tunnel write into <c>Host</c>.</summary>
    public const string PublicHost = "proud-fish-7.tunnel.example";

    private const int Connections = 10;

    private static readonly string[] OfTheConnection = ["Connection", "Host", "Keep-Alive", "Transfer-Encoding", "Content-Length"];

    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _tunnel = new(IPAddress.Loopback, 0);
    private readonly Channel<Socket> _idle = Channel.CreateUnbounded<Socket>();
    private readonly HttpMessageInvoker _through;
    private readonly WebApplication _public;
    private readonly Task _accepting;

    private TunnelServer(WebApplication application)
    {
        _public = application;
        _through = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = async (_, token) => new NetworkStream(await _idle.Reader.ReadAsync(token), ownsSocket: true),
        });
        _public.Run(AnswerAsync);
        _tunnel.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where a client registers, and where the world posts to.</summary>
    public Uri Address => new(_public.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<TunnelServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var server = new TunnelServer(builder.Build());
        await server._public.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _tunnel.Stop();
        await _accepting;
        await _public.DisposeAsync();
        _through.Dispose();
        while (_idle.Reader.TryRead(out var socket))
            socket.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _idle.Writer.TryWrite(await _tunnel.AcceptSocketAsync(_stopping.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.QueryString.Value == "?new")
        {
            await context.Response.WriteAsJsonAsync(new { id = "proud-fish-7", port = ((IPEndPoint)_tunnel.LocalEndpoint).Port, max_conn_count = Connections, url = Address });
            return;
        }

        using var request = new HttpRequestMessage(new(context.Request.Method), $"http://{PublicHost}{context.Request.Path}") { Content = new StreamContent(context.Request.Body) };
        request.Content.Headers.ContentLength = context.Request.ContentLength;
        foreach (var (name, values) in context.Request.Headers.Where(h => !OfTheConnection.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "198.51.100.7");
        using var answer = await _through.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
