using System.Buffers;

namespace ClerkSync.ClerkApi;

/// <summary>Reads bodies up to a limit.</summary>
internal static class ApiBody
{
    private const int FirstBuffer = 64 * 1024;

    /// <summary>The whole body; null when it is larger than allowed.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContent content, int maxSize, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxSize)
            return null;

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var known = (int?)content.Headers.ContentLength;
            var buffer = ArrayPool<byte>.Shared.Rent(known is { } length ? length + 1 : FirstBuffer);
            try
            {
                var filled = 0;
                while (true)
                {
                    var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                        return buffer.AsSpan(0, filled).ToArray();
                    filled += read;
                    if (filled > maxSize)
                        return null;
                    if (filled == buffer.Length)
                        buffer = Grow(buffer, filled);
                }
            }
            finally
            {
                // it held personal data, and whoever rents it next has no business with that
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            }
        }
    }

    private static byte[] Grow(byte[] buffer, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked(buffer.Length * 2));
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return larger;
    }
}
