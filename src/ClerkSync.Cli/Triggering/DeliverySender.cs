using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ClerkSync.Cli.Triggering;

/// <summary>Posts signed deliveries as Clerk's sender does: no redirects, 15 seconds for an answer.</summary>
internal sealed class DeliverySender(HttpClient client, Uri url, TimeProvider time)
{
    /// <summary>Svix counts an attempt as failed after 15 seconds.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private const int LongestAnswer = 64 * 1024;

    /// <summary>Sends one delivery and reads the answer. Failures of the network are values too; only the caller's cancellation throws.</summary>
    public async Task<DeliveryAnswer> SendAsync(SignedSample sample, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(sample.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in sample.Headers)
            request.Headers.TryAddWithoutValidation(name, value);

        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var text = await ReadAsync(response, either.Token);
            return Understand(response, text) with { Elapsed = time.GetElapsedTime(started) };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryAnswer.Failed("timeout", "No answer within 15 seconds; Clerk gives up then and tries again later.") with { Elapsed = time.GetElapsedTime(started) };
        }
        catch (HttpRequestException exception)
        {
            return Explain(exception) with { Elapsed = time.GetElapsedTime(started) };
        }
        catch (IOException)
        {
            return DeliveryAnswer.Failed("connection_lost", "The connection broke before the answer was complete.") with { Elapsed = time.GetElapsedTime(started) };
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LongestAnswer];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static DeliveryAnswer Understand(HttpResponseMessage response, string text)
    {
        var status = (int)response.StatusCode;
        var (result, why, error, reason) = ReadJson(text);
        if (response.IsSuccessStatusCode)
            return new DeliveryAnswer(status, result ?? "answered", why, null);

        var sentence = error ?? status switch
        {
            >= 300 and < 400 => $"The server redirects to {response.Headers.Location?.ToString() ?? "another address"}. Clerk follows no redirects: use that address as --forward-to, and as the endpoint in Clerk's Dashboard.",
            401 or 403 => "The route asks for a login. Exclude it from authentication: deliveries carry a signature instead.",
            404 => $"There is no such route. ClerkSync listens at {TriggerTarget.DefaultPath} unless --path says otherwise.",
            405 => "The route takes no POST.",
            _ => Excerpt(text),
        };
        return new DeliveryAnswer(status, reason ?? (response.ReasonPhrase is { Length: > 0 } phrase ? phrase : "refused"), why, sentence);
    }

    private static (string? Result, string? Why, string? Error, string? Reason) ReadJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (Text(document, "result"), Text(document, "why"), Text(document, "error"), Text(document, "reason"))
                : default;
        }
        catch (JsonException)
        {
            return default;
        }

        static string? Text(JsonDocument document, string name) =>
            document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? PlainText.Line(value.GetString()!) : null;
    }

    private static string Excerpt(string text)
    {
        var line = PlainText.Line(text);
        return line.Length switch
        {
            0 => "The answer has no body.",
            > 300 => $"The server says: {line[..300]}…",
            _ => $"The server says: {line}",
        };
    }

    /// <summary>What a failure of the network means for whoever runs the server.</summary>
    public static DeliveryAnswer Explain(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => DeliveryAnswer.Failed("unknown_host", "The host's name cannot be resolved."),
        HttpRequestError.SecureConnectionError => DeliveryAnswer.Failed("tls", "The TLS connection failed; for a local server without a certificate write http:// in front of the address."),
        HttpRequestError.ConnectionError => DeliveryAnswer.Failed("unreachable", "Nothing answers there."),
        _ => DeliveryAnswer.Failed("connection_lost", "The connection broke before the answer was complete."),
    };
}

/// <summary>The answer to one delivery.</summary>
/// <param name="Status">The HTTP status; null when there was no answer.</param>
/// <param name="Result">A short word: the server's <c>result</c>, its <c>reason</c>, or ours.</param>
/// <param name="Why">The server's explanation of a success.</param>
/// <param name="Error">What was wrong, a sentence; null for 2xx.</param>
internal sealed record DeliveryAnswer(int? Status, string Result, string? Why, string? Error)
{
    public TimeSpan Elapsed { get; init; }

    public bool IsAccepted => Status is >= 200 and < 300;

    public bool IsUnreachable => Result is "unreachable";

    public static DeliveryAnswer Failed(string result, string error) => new(null, result, null, error);
}
