using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ClerkSync.Handlers;

/// <summary>Why a forward failed, for the people who look at its run: what happened, and what to do. Each names the address without user info and query.</summary>
internal static class ForwardFailure
{
    public const string NoSecret =
        "There is no signing secret to sign it with: set CLERK_WEBHOOK_SIGNING_SECRET, or give the forward a secret of its own.";

    public static string Timeout(Uri url, TimeSpan limit) =>
        string.Create(CultureInfo.InvariantCulture, $"{ForwardAddress.Shown(url)} did not answer within {limit.TotalSeconds:0.###} seconds.");

    public static string Status(Uri url, HttpStatusCode status, bool namesLocation)
    {
        var code = (int)status;
        var hint = code switch
        {
            >= 300 and < 400 => namesLocation
                ? "It redirects, and its Location says where. Forwards follow no redirects: forward to that address itself."
                : "It redirects without saying where. Forwards follow no redirects.",
            400 => "A route that verifies answers so when its signing secret is another one, or when it parsed the body before verifying.",
            401 or 403 => "The route asks for a login: exclude it from authentication, the signature takes its place.",
            404 => "There is no such route: check the path.",
            405 => "The route takes no POST: check the path.",
            413 => "Its limit for bodies is too low: webhooks have up to 1 MiB.",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{ForwardAddress.Shown(url)} answered {code}. {hint}").TrimEnd();
    }

    public static string Connection(Uri url, HttpRequestException exception)
    {
        var shown = ForwardAddress.Shown(url);
        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"{shown} cannot be reached: the name {url.IdnHost} is not known here. Check the host, or the network's DNS.",
            HttpRequestError.SecureConnectionError => $"{shown}: the TLS connection failed. {Reason(exception)} A local server without a certificate has an address with http://.",
            HttpRequestError.ConnectionError => $"{shown} cannot be reached: {Cause(exception)}",
            HttpRequestError.ProxyTunnelError => $"{shown} cannot be reached: the proxy of HTTP_PROXY or HTTPS_PROXY refuses. NO_PROXY names hosts that need none.",
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError => $"{shown} answered something that is not HTTP.",
            HttpRequestError.ConfigurationLimitExceeded => $"{shown} answered with more than {ForwardSender.LongestHeaders} KiB of headers.",
            _ => Broken(url),
        };
    }

    public static string Broken(Uri url) => $"The connection to {ForwardAddress.Shown(url)} broke before there was an answer.";

    private static string Cause(Exception exception) => SocketErrorOf(exception) switch
    {
        SocketError.ConnectionRefused => "nothing listens there. Start the application, or check the port.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => "there is no way to that host. Check the network.",
        SocketError.TimedOut => "the host does not respond. Check the address and the firewall.",
        { } other => $"the connection failed ({other}).",
        null => "the connection failed.",
    };

    private static SocketError? SocketErrorOf(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException socket)
                return socket.SocketErrorCode;
        }

        return null;
    }

    /// <summary>What the platform says about a certificate: words of its own, nothing of the request.</summary>
    private static string Reason(Exception exception) =>
        exception.InnerException is System.Security.Authentication.AuthenticationException reason ? $"{reason.Message.TrimEnd('.')}." : "The other side broke it off.";
}
