using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Api;

/// <summary>An answer before anything is broken on purpose.</summary>
internal sealed class ApiResult(int status, ByteBuffer body, bool isList = false) : IDisposable
{
    public int Status { get; } = status;

    public ByteBuffer Body { get; } = body;

    public bool IsList { get; } = isList;

    public static ApiResult Of(ReadOnlyMemory<byte> json, int status = 200)
    {
        var buffer = new ByteBuffer(json.Length);
        buffer.Append(json.Span);
        return new(status, buffer);
    }

    public static ApiResult Of(Kind kind, Entity entity) => Of(kind.Render(entity, View.Api));

    public void Dispose() => Body.Dispose();
}
