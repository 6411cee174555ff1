using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Emulator.Hosting;

/// <summary>Sends requests straight into a request pipeline: no socket, no server.</summary>
internal sealed class PipelineHandler(RequestDelegate pipeline, IServiceProvider? services = null) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scope = services?.CreateAsyncScope();
        try
        {
            using var body = new MemoryStream(request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            using var answer = new MemoryStream();
            using var lifetime = new Lifetime(cancellationToken);
            var context = MakeContext(request, body, lifetime);
            context.Response.Body = answer;
            if (scope is { } own)
                context.RequestServices = own.ServiceProvider;
            await pipeline(context).ConfigureAwait(false);
            await context.Response.CompleteAsync().ConfigureAwait(false);
            return lifetime.IsAborted ? throw new HttpRequestException("The answer was cut off.") : MakeResponse(context, request, answer.ToArray());
        }
        finally
        {
            if (scope is { } own)
                await own.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static DefaultHttpContext MakeContext(HttpRequestMessage request, Stream body, Lifetime lifetime)
    {
        var url = request.RequestUri ?? throw new InvalidOperationException("A request needs a URL.");
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        context.Features.Set<IHttpMaxRequestBodySizeFeature>(new AnySize());
        context.Request.Method = request.Method.Method;
        context.Request.Scheme = url.Scheme;
        context.Request.Host = HostString.FromUriComponent(url);
        context.Request.Path = PathString.FromUriComponent(url);
        context.Request.QueryString = QueryString.FromUriComponent(url);
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Body = body;
        foreach (var (name, values) in request.Headers.NonValidated)
            context.Request.Headers.Append(name, values.ToArray());
        foreach (var (name, values) in request.Content?.Headers.NonValidated ?? default)
            context.Request.Headers.Append(name, values.ToArray());
        context.Request.ContentLength = body.Length;
        return context;
    }

    private static HttpResponseMessage MakeResponse(HttpContext context, HttpRequestMessage request, byte[] body)
    {
        var response = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode) { RequestMessage = request, Content = new ByteArrayContent(body) };
        foreach (var (name, values) in context.Response.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                response.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return response;
    }

    // endpoints that set a limit of their own would otherwise complain that nobody listens
    private sealed class AnySize : IHttpMaxRequestBodySizeFeature
    {
        public bool IsReadOnly => false;

        public long? MaxRequestBodySize { get; set; }
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _source;

        public Lifetime(CancellationToken cancellationToken)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            RequestAborted = _source.Token;
        }

        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;

        public void Dispose() => _source.Dispose();
    }
}
