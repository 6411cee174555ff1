using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using ClerkSync.Signing;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>
/// Posts a small event to an endpoint as Svix would. Its type is none of Clerk's and its instance a placeholder, so ClerkSync answers "ignored" and makes no runs, and
/// other handlers pass over it.
/// </summary>
internal sealed class Probe(HttpClient client, Uri url, TimeProvider time)
{
    public const string EventType = "clerksync.probe";

    /// <summary>Svix counts an attempt as failed after 15 seconds.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private const int LongestAnswer = 64 * 1024;

    /// <summary>Sends it and reads the answer. Failures of the network are answers too; only the caller's cancellation throws.</summary>
    /// <param name="secrets">Sign it; null sends it unsigned, which everybody must refuse.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ProbeAnswer> SendAsync(SigningSecrets? secrets, CancellationToken cancellationToken)
    {
        using var request = Request(secrets);
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new ProbeAnswer(url, response, await ReadAsync(response, either.Token), time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeAnswer(url, ProbeFailure.Timeout);
        }
        catch (HttpRequestException exception)
        {
            return new ProbeAnswer(url, FailureOf(exception));
        }
        catch (IOException)
        {
            return new ProbeAnswer(url, ProbeFailure.ConnectionLost);
        }
    }

    /// <summary>User and password of an address, as a header carries them.</summary>
    public static string BasicOf(Uri url) => Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)));

    private HttpRequestMessage Request(SigningSecrets? secrets)
    {
        var now = time.GetUtcNow();
        var body = JsonText.BytesOf(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("data");
            writer.WriteEndObject();
            writer.WriteString("instance_id", "ins_123");
            writer.WriteString("object", "event");
            writer.WriteNumber("timestamp", now.ToUnixTimeMilliseconds());
            writer.WriteString("type", EventType);
            writer.WriteEndObject();
        });

        // user and password of the address become a header, as Svix makes one of them
        var request = new HttpRequestMessage(HttpMethod.Post, new UriBuilder(url) { UserName = "", Password = "" }.Uri) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "ClerkSync-Doctor (Svix-Webhooks)");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        if (url.UserInfo.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", BasicOf(url));
        if (secrets is not null)
        {
            var id = "msg_probe" + RandomNumberGenerator.GetHexString(16, lowercase: true);
            foreach (var (name, value) in DeliverySigner.CreateHeaders(secrets, id, now.ToUnixTimeSeconds(), body))
                request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LongestAnswer];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static ProbeFailure FailureOf(HttpRequestException exception) => exception switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => ProbeFailure.UnknownHost,
        { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException inner } when IsOfCertificate(inner) => ProbeFailure.Certificate,
        { HttpRequestError: HttpRequestError.SecureConnectionError } => ProbeFailure.Tls,
        { HttpRequestError: HttpRequestError.ConnectionError } => ProbeFailure.Unreachable,
        { HttpRequestError: HttpRequestError.InvalidResponse } => ProbeFailure.NoHttp,
        _ => ProbeFailure.ConnectionLost,
    };

    /// <summary>The class says only that TLS failed; the certificate's faults are named in the text, in English everywhere.</summary>
    private static bool IsOfCertificate(AuthenticationException exception) =>
        Enum.GetNames<SslPolicyErrors>().Skip(1).Any(name => exception.Message.Contains(name, StringComparison.Ordinal));
}

/// <summary>Why there is no answer.</summary>
internal enum ProbeFailure
{
    None,
    Timeout,
    UnknownHost,
    Unreachable,
    Certificate,
    Tls,
    NoHttp,
    ConnectionLost,
}
