using System.Buffers;

namespace ClerkSync.Events;

/// <summary>Bytes that grow, rented from the pool, and can be taken back by setting <see cref="Length"/>.</summary>
internal sealed class ByteBuffer(int capacity) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 256));

    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Append(byte value)
    {
        if (Length == _bytes.Length)
            Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> values)
    {
        if (values.Length > _bytes.Length - Length)
            Grow(values.Length);
        values.CopyTo(_bytes.AsSpan(Length));
        Length += values.Length;
    }

    public byte[] ToArray() => Written.ToArray();

    /// <summary>The pool keeps no payload: what was rented goes back cleared.</summary>
    public void Dispose()
    {
        if (_bytes.Length == 0)
            return;
        _bytes.AsSpan(0, Length).Clear();
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + more));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes, clearArray: true);
        _bytes = larger;
    }
}
