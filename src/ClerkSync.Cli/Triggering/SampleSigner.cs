using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.Cli.Triggering;

/// <summary>Signs samples with the first of the configured secrets, at the current time.</summary>
internal sealed class SampleSigner(string secret, TimeProvider time)
{
    private readonly byte[] _key = Key(secret);

    public SignedSample Sign(SampleMessage message)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{message.Id}.{timestamp}."), .. message.Body];
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, signed));
        return new SignedSample(message.Type, message.Id, message.Body, [("svix-id", message.Id), ("svix-timestamp", timestamp), ("svix-signature", signature)]);
    }

    private static byte[] Key(string secret)
    {
        var first = secret.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)[0];
        return Convert.FromBase64String(first.Replace("whsec_", "", StringComparison.Ordinal));
    }
}
