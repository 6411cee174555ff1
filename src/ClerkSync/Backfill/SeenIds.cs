using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.Backfill;

/// <summary>Ids that a listing had: 16 bytes for each, so that a million of them cost some forty megabytes.</summary>
internal sealed class SeenIds
{
    private readonly HashSet<UInt128> _ids = [];

    public int Count => _ids.Count;

    /// <summary>Takes an id in.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(string id) => _ids.Add(Key(id));

    public bool Contains(string id) => _ids.Contains(Key(id));

    private static UInt128 Key(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> text = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Events.RawEventReader.LongestName)];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(id, text)], hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
