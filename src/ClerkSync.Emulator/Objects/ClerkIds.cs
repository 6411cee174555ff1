using System.Numerics;

namespace ClerkSync.Emulator.Objects;

/// <summary>
/// Ids as Clerk makes them: a prefix and 27 base62 characters. The same seed makes the same ids, and the number behind an id can be read back from
/// it, so that a generated population needs no table of its ids.
/// </summary>
internal sealed class ClerkIds(long seed)
{
    private const int Length = 27;
    private const int NumberLength = 11;
    private const int Rounds = 4;

    private static ReadOnlySpan<byte> Digits => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Makes the id of one object.</summary>
    public string Make(string prefix, long number)
    {
        Span<byte> text = stackalloc byte[Length];
        Write(KeyOf(prefix), number, text);
        return prefix + System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>The key that <see cref="Write"/> takes, for those that make many ids of one kind.</summary>
    public ulong KeyOf(string prefix)
    {
        var hash = 14695981039346656037UL ^ (ulong)seed;
        foreach (var letter in prefix)
            hash = (hash ^ letter) * 1099511628211UL;
        return Scramble(hash);
    }

    /// <summary>Writes the 27 characters behind the prefix.</summary>
    public static void Write(ulong key, long number, Span<byte> into)
    {
        var mixed = Mix((ulong)number, key);
        into[0] = (byte)'3';
        into[1] = (byte)('A' + (key % 5));
        WriteDigits(mixed, into.Slice(2, NumberLength));
        var tail = Scramble(mixed ^ BitOperations.RotateLeft(key, 17));
        WriteDigits(tail, into.Slice(2 + NumberLength, 7));
        WriteDigits(Scramble(tail), into[(2 + NumberLength + 7)..Length]);
    }

    /// <summary>The number that an id was made from; null when the id was not made here.</summary>
    public long? NumberOf(string prefix, string id)
    {
        if (id.Length != prefix.Length + Length || !id.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        UInt128 mixed = 0;
        foreach (var letter in id.AsSpan(prefix.Length + 2, NumberLength))
        {
            var digit = letter > 'z' ? -1 : Digits.IndexOf((byte)letter);
            if (digit < 0)
                return null;
            mixed = (mixed * 62) + (uint)digit;
        }

        if (mixed > ulong.MaxValue)
            return null;
        var number = (long)Unmix((ulong)mixed, KeyOf(prefix));
        return Make(prefix, number) == id ? number : null;
    }

    /// <summary>A number that looks random and is always the same for the same input.</summary>
    public static ulong Scramble(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }

    private static void WriteDigits(ulong value, Span<byte> into)
    {
        for (var index = into.Length - 1; index >= 0; index--)
        {
            (value, var digit) = Math.DivRem(value, 62);
            into[index] = Digits[(int)digit];
        }
    }

    // a Feistel network: its inverse is the same rounds backwards
    private static ulong Mix(ulong value, ulong key)
    {
        var (left, right) = ((uint)(value >> 32), (uint)value);
        for (var round = 0; round < Rounds; round++)
            (left, right) = (right, left ^ (uint)Scramble(right + key + (ulong)round));
        return ((ulong)left << 32) | right;
    }

    private static ulong Unmix(ulong value, ulong key)
    {
        var (left, right) = ((uint)(value >> 32), (uint)value);
        for (var round = Rounds - 1; round >= 0; round--)
            (left, right) = (right ^ (uint)Scramble(left + key + (ulong)round), left);
        return ((ulong)left << 32) | right;
    }
}
