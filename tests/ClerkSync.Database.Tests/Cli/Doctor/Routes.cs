using System.Net;

namespace ClerkSync.Database.Tests.Cli.Doctor;

/// <summary>Stands for DNS and the network: names lead to servers on loopback, and to no other machine.</summary>
internal sealed class Routes
{
    private readonly Dictionary<string, Func<HttpMessageHandler>> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Leads a name, with its port, to a port of loopback.</summary>
    public void Lead(string authority, int port) => _names[authority] = () => new ToPort(port) { InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false } };

    public void Lead(string authority, Func<HttpMessageHandler> handler) => _names[authority] = handler;

    public HttpMessageHandler CreateHandler() => new Switch(this);

    private sealed class Switch(Routes routes) : HttpMessageHandler
    {
        private readonly List<HttpMessageInvoker> _used = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var url = request.RequestUri!;
            var handler = routes._names.TryGetValue(url.Authority, out var named) ? named()
                : url.IsLoopback && url.Port != 4040 ? new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }
                : throw new HttpRequestException(url.IsLoopback ? HttpRequestError.ConnectionError : HttpRequestError.NameResolutionError);
            var invoker = new HttpMessageInvoker(handler);
            _used.Add(invoker);
            return await invoker.SendAsync(request, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            foreach (var invoker in _used)
                invoker.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>The host name stays in the header.</summary>
    private sealed class ToPort(int port) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Host = request.RequestUri!.Authority;
            request.RequestUri = new UriBuilder(request.RequestUri) { Scheme = "http", Host = IPAddress.Loopback.ToString(), Port = port }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
