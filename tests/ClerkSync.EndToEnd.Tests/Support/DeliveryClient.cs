using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>A message to send, any number of times.</summary>
internal sealed record Message(string Id, byte[] Body)
{
    public override string ToString() => Id;
}

/// <summary>What the server said to one delivery.</summary>
/// <param name="Status">Null when the connection broke before an answer.</param>
/// <param name="Result">The member <c>result</c>.</param>
/// <param name="Reason">The member <c>reason</c>.</param>
/// <param name="Body">The answer as it came.</param>
/// <param name="RetryAfter">Seconds, where the answer names them.</param>
internal sealed record DeliveryAnswer(HttpStatusCode? Status, string? Result, string? Reason, string Body, double? RetryAfter)
{
    /// <summary>What the whole product promises about: the sender will not send it again.</summary>
    public bool IsAcknowledged => (int?)Status is >= 200 and < 300;

    /// <summary>503, with the reason and the time after which it may be sent again.</summary>
    public void AssertUnavailable(string reason)
    {
        Assert.Equal((HttpStatusCode.ServiceUnavailable, reason), (Status, Reason));
        Assert.True(RetryAfter > 0);
    }
}

/// <summary>Sends signed deliveries as Clerk's sender does: a new time stamp each time, at most 15 seconds, no redirects.</summary>
internal sealed class DeliveryClient(SigningSecret secret) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    private readonly SigningSecrets _secrets = new(secret);

    public async Task<DeliveryAnswer> SendAsync(Uri url, Message message)
    {
        var headers = DeliverySigner.CreateHeaders(_secrets, message.Id, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), message.Body);
        return await SendAsync(url, message.Body, headers);
    }

    public async Task<DeliveryAnswer> SendAsync(Uri url, byte[] body, IEnumerable<KeyValuePair<string, string>> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return new(null, null, null, exception.GetType().Name, null);
        }

        using (response)
        {
            // The status alone is the acknowledgement, whatever becomes of the rest.
            var text = "";
            try
            {
                text = await response.Content.ReadAsStringAsync();
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // Lost with the connection.
            }

            return new(response.StatusCode, Member(text, "result"), Member(text, "reason"), text, response.Headers.RetryAfter?.Delta?.TotalSeconds);
        }
    }

    public async Task<(HttpStatusCode? Status, string Body)> GetAsync(Uri url, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Host = host } };
        try
        {
            using var response = await _http.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return (null, "");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string? Member(string text, string name)
    {
        if (!text.StartsWith('{'))
            return null;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
