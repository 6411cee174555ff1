using System.IO.Compression;
using ClerkSync.Cli.Triggering;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Relaying;

/// <summary>Posts requests of the inbox to one local address: the same bytes, no redirects followed, thirty seconds for the answer.</summary>
/// <param name="http">Follows no redirects and has no limit of its own.</param>
/// <param name="address">The handler's.</param>
/// <param name="extraHeaders">Put in place of those of the request that have the same name, <c>svix-*</c> excepted.</param>
/// <param name="time">Measures the limit.</param>
internal sealed class LocalTarget(HttpClient http, Uri address, IReadOnlyList<KeyValuePair<string, string>> extraHeaders, TimeProvider time)
{
    /// <summary>Twice what Clerk's sender waits, for a handler that is stopped in a debugger.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>More of an answer is nowhere shown.</summary>
    public const int LongestAnswer = 1024 * 1024;

    private static readonly HashSet<string> WithoutBody = new(StringComparer.OrdinalIgnoreCase) { "GET", "HEAD", "OPTIONS", "TRACE", "DELETE" };

    /// <summary>Posts one request. Whatever goes wrong is an answer, too; only the caller's cancellation throws.</summary>
    public async Task<RelayReply> SendAsync(RelayRequest request, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            using var message = MessageOf(request);
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new((int)response.StatusCode, HeadersOf(response), await ReadAsync(response, either.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return RelayReply.Of(504, $"The handler gave no answer within {Timeout.TotalSeconds:0} seconds; Clerk's sender gives up after 15.");
        }
        catch (HttpRequestException exception)
        {
            return RelayReply.Of(502, $"{ForwardAddress.Shown(address)}: {DeliverySender.Explain(exception).Error}");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return RelayReply.Of(502, $"{ForwardAddress.Shown(address)}: The connection broke before the answer was complete.");
        }
        catch (FormatException)
        {
            return RelayReply.Of(400, "The request's method is none.");
        }
    }

    private HttpRequestMessage MessageOf(RelayRequest request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), address);
        if (request.Body.Length > 0 || !WithoutBody.Contains(request.Method))
            message.Content = new ReadOnlyMemoryContent(request.Body);
        var extra = extraHeaders.Where(header => !TransportHeaders.IsOfSvix(header.Key)).ToList();
        var replaced = extra.Select(header => header.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in TransportHeaders.Without(request.Headers).Where(header => !replaced.Contains(header.Key) && IsPlain(header.Value)).Concat(extra))
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    /// <summary>Single values, as the protocol wants them: several of one name are joined with a comma, as browsers show them.</summary>
    private static IReadOnlyList<KeyValuePair<string, string>> HeadersOf(HttpResponseMessage response)
    {
        var all = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), string.Join(", ", header.Value)));
        return [.. TransportHeaders.Without(all)
            .Where(header => (header.Key is not "content-encoding" || !CanDecode(response)) && IsPlain(header.Value))
            .DistinctBy(header => header.Key, StringComparer.Ordinal)];
    }

    // a value with other letters stops a request, or an answer on its way through the relay
    private static bool IsPlain(string value) => value.All(letter => letter is >= ' ' and <= '~' or '\t');

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var plain = Decoded(stream, response);
        using var kept = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while (kept.Length < LongestAnswer && (read = await plain.ReadAsync(chunk, cancellationToken)) > 0)
            await kept.WriteAsync(chunk.AsMemory(0, (int)Math.Min(read, LongestAnswer - kept.Length)), cancellationToken);
        return kept.ToArray();
    }

    // the header that would tell of the encoding is not passed on, because a relay writes the answer anew; only what nobody here can read keeps it
    private static Stream Decoded(Stream stream, HttpResponseMessage response) => EncodingOf(response) switch
    {
        "br" => new BrotliStream(stream, CompressionMode.Decompress),
        "deflate" => new ZLibStream(stream, CompressionMode.Decompress),
        "gzip" or "x-gzip" => new GZipStream(stream, CompressionMode.Decompress),
        _ => stream,
    };

    private static bool CanDecode(HttpResponseMessage response) => EncodingOf(response) is "" or "identity" or "gzip" or "x-gzip" or "br" or "deflate";

    private static string EncodingOf(HttpResponseMessage response) => string.Join(',', response.Content.Headers.ContentEncoding).ToLowerInvariant();
}
