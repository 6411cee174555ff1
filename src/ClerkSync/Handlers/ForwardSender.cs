using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using ClerkSync.Signing;

namespace ClerkSync.Handlers;

/// <summary>Posts events on to endpoints: Clerk's own bytes, signed anew for each attempt. One for a process, with its connections.</summary>
/// <param name="receiverSecrets">The secrets that deliveries are verified with now.</param>
/// <param name="clock">Gives the time stamps and the limits.</param>
internal sealed class ForwardSender(Func<SigningSecrets> receiverSecrets, TimeProvider clock) : IDisposable
{
    /// <summary>Most headers of an answer, in KiB.</summary>
    public const int LongestHeaders = 32;

    private static readonly string Agent = $"ClerkSync/{Version}";

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = LongestHeaders,

        // An answer that goes on and on: its connection is given up, and no time spent on it.
        MaxResponseDrainSize = 16 * 1024,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),

        // A new address behind the same name is found; Node.js closes idle connections after 5 seconds, and a post that meets that moment fails.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
        Proxy = new NoProxyForLoopback(HttpClient.DefaultProxy),
    });

    private static string Version =>
        (typeof(ForwardSender).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    public void Dispose() => _http.Dispose();

    /// <summary>Posts one event.</summary>
    /// <exception cref="RunAnswerException">It was not accepted; the message says why.</exception>
    public async Task<RunAnswer> SendAsync(Forward forward, RunInput input, CancellationToken cancellationToken)
    {
        var url = forward.Url!;
        using var limit = new CancellationTokenSource(forward.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = RequestOf(forward, input);
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            var answer = await ForwardAnswer.ReadAsync(response, clock, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? answer : throw new RunAnswerException(ForwardFailure.Status(url, response.StatusCode, response.Headers.Contains("Location")), answer);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RunAnswerException(ForwardFailure.Timeout(url, forward.Timeout), answer: null);
        }
        catch (HttpRequestException exception)
        {
            throw new RunAnswerException(ForwardFailure.Connection(url, exception), answer: null);
        }
        catch (IOException)
        {
            throw new RunAnswerException(ForwardFailure.Broken(url), answer: null);
        }
    }

    private HttpRequestMessage RequestOf(Forward forward, RunInput input)
    {
        var secrets = forward.Secrets ?? First(receiverSecrets());
        var content = new ReadOnlyMemoryContent(input.Payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, forward.Url) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        foreach (var (name, value) in forward.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var signed = DeliverySigner.CreateHeaders(secrets, input.Context.MessageId, clock.GetUtcNow().ToUnixTimeSeconds(), input.Payload.Span);
        foreach (var family in new[] { HeaderNames.Of(HeaderFamily.Svix), HeaderNames.Of(HeaderFamily.Webhook) })
        {
            string[] names = [family.Id, family.Timestamp, family.Signature];
            for (var i = 0; i < names.Length; i++)
                request.Headers.TryAddWithoutValidation(names[i], signed[i].Value);
        }

        return request;
    }

    private static SigningSecrets First(SigningSecrets secrets) =>
        secrets.Count > 0 ? new(secrets[0]) : throw new RunAnswerException(ForwardFailure.NoSecret, answer: null);

    /// <summary>The proxy of the environment, but not for this machine itself: no proxy leads back here.</summary>
    private sealed class NoProxyForLoopback(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || proxy.IsBypassed(host);
    }
}
