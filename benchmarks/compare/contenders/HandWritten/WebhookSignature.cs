using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HandWritten;

/// <summary>The check of the signature, as people write it from the description of the scheme.</summary>
internal sealed class WebhookSignature(string secret)
{
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = Convert.FromBase64String(secret["whsec_".Length..]);

    public bool IsGood(IHeaderDictionary headers, string body)
    {
        var id = headers["svix-id"].ToString();
        var timestamp = headers["svix-timestamp"].ToString();
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - seconds) > s_tolerance.TotalSeconds)
        {
            return false;
        }

        var hash = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
        var expected = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(hash)}");
        return headers["svix-signature"].ToString().Split(' ')
            .Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected));
    }
}
