using System.Buffers;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClerkSync.AspNetCore;

/// <summary>Reads the raw bytes of a request, never more than the limit and never longer than <see cref="ReadTimeout"/>.</summary>
internal static class WebhookBody
{
    /// <summary>
    /// 15 s: then Svix's sender has given up, so reading on serves nobody. The server's own MinRequestBodyDataRate (240 bytes/s in Kestrel) would
    /// let a body of 1 MiB trickle in for over an hour.
    /// </summary>
    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(15);

    /// <summary>What the framing of a chunked body may add to the bytes that the server counts. The bytes of the body are counted here.</summary>
    public const int FramingAllowance = 64 * 1024;

    // nearly all of Clerk's webhooks are smaller: one buffer, no growing
    private const int FirstBufferSize = 16 * 1024;

    /// <summary>
    /// Reads the body into an array of its own, which belongs to the delivery from then on. The memory grows with the bytes that arrive, not with the
    /// Content-Length that was announced.
    /// </summary>
    /// <exception cref="InvalidOperationException">Something else has read the body before.</exception>
    /// <exception cref="OperationCanceledException">The sender went away, or <paramref name="cancellationToken"/> was cancelled.</exception>
    public static ValueTask<(byte[] Body, DeliveryRefusal? Refusal)> ReadAsync(
        HttpRequest request, int maxSize, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxSize)
            return new(([], DeliveryRefusal.TooLarge(maxSize)));
        SetServerLimit(request.HttpContext, maxSize);
        return TryReadAtOnce(request) is { } body ? new((body, null)) : WaitAsync(request, maxSize, timeProvider, cancellationToken);
    }

    /// <summary>
    /// The body if all of it has come with the headers, as nearly always: nothing to wait for, no timer, one copy. Otherwise null, and whatever is wrong shows where the body is
    /// waited for.
    /// </summary>
    private static byte[]? TryReadAtOnce(HttpRequest request)
    {
        if (request.ContentLength is not { } length || request.Body.CanSeek)
            return null;
        try
        {
            if (!request.BodyReader.TryRead(out var read))
                return null;
            if (read.Buffer.Length != length)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start);
                return null;
            }

            var body = read.Buffer.ToArray();
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return body;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async ValueTask<(byte[] Body, DeliveryRefusal? Refusal)> WaitAsync(
        HttpRequest request, int maxSize, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        // buffered by somebody before: read it from its beginning, and leave it there for whoever comes next
        if (request.Body.CanSeek)
            request.Body.Position = 0;

        using var timeout = new CancellationTokenSource(ReadTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var body = await ReadUpToAsync(request.Body, maxSize, either.Token).ConfigureAwait(false);
            if (request.Body.CanSeek)
                request.Body.Position = 0;
            if (body is null)
                return ([], DeliveryRefusal.TooLarge(maxSize));
            if (body.Length < request.ContentLength)
                throw ReadBefore(body.Length, request.ContentLength.Value);
            return (body, null);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ([], DeliveryRefusal.TooSlow(ReadTimeout));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode is StatusCodes.Status413PayloadTooLarge)
        {
            return ([], DeliveryRefusal.TooLarge(maxSize));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode is StatusCodes.Status408RequestTimeout)
        {
            return ([], DeliveryRefusal.TooSlow(ReadTimeout));
        }
        catch (IOException exception)
        {
            // reset, aborted, or ended before the announced length: all mean that nobody waits for an answer
            throw new OperationCanceledException("The sender ended the request before its body was complete.", exception);
        }
    }

    /// <summary>Sets this endpoint's own limit on the server, above or below the server's default.</summary>
    private static void SetServerLimit(HttpContext context, int maxSize)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = (long)maxSize + FramingAllowance;
    }

    /// <summary>The bytes up to the end of the stream, or null if there are more than the limit.</summary>
    private static async ValueTask<byte[]?> ReadUpToAsync(Stream stream, int maxSize, CancellationToken cancellationToken)
    {
        // one byte more than allowed, to see that there is more
        var most = maxSize + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBufferSize, most));
        try
        {
            var length = 0;
            while (length < most)
            {
                if (length == buffer.Length)
                    buffer = Grow(buffer, length);
                var read = await stream.ReadAsync(buffer.AsMemory(length, Math.Min(buffer.Length, most) - length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return buffer[..length];
                length += read;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static InvalidOperationException ReadBefore(int found, long announced) => new(
        $"Only {found} of the body's {announced} bytes were left to read: something has read the body before it was verified. "
        + "Verify first; or let the code that reads it earlier (a middleware, a filter, model binding with [FromBody]) call Request.EnableBuffering() before it reads.");
}
