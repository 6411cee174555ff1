using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.Cli;

/// <summary>Whether a signature was made with a secret; the time of the delivery does not count.</summary>
internal sealed class SignatureCheck(string secret)
{
    private readonly byte[] _key = Convert.FromBase64String(secret.Replace("whsec_", "", StringComparison.Ordinal));

    public bool Matches(string id, string timestamp, string signature, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, signed)));
        var matches = false;
        foreach (var entry in signature.Split(' '))
            matches |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(entry), expected);
        return matches;
    }

    /// <summary>The same for a body that an editor ended with a line.</summary>
    public bool MatchesWithoutLineEnd(string id, string timestamp, string signature, byte[] body) =>
        Matches(id, timestamp, signature, body) || (body is [.. var shorter, (byte)'\r'] && Matches(id, timestamp, signature, shorter));
}
