using ClerkSync.Signing;

namespace ClerkSync.Cli;

/// <summary>Whether a captured delivery was signed with one of these secrets. Its age does not count.</summary>
internal sealed class SignatureCheck(SigningSecrets secrets)
{
    /// <summary>A capture may be of an endpoint whose limit is higher than ours.</summary>
    private const int LongestBody = 64 * 1024 * 1024;

    private readonly DeliveryVerifier _verifier = new(secrets, maxBodySize: LongestBody);

    /// <summary>Whether it is genuine.</summary>
    /// <exception cref="CliException">A header's value cannot be one.</exception>
    public bool Matches(string id, string timestamp, string signature, ReadOnlyMemory<byte> body)
    {
        // the family of header names is not signed, so either will do
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["svix-id"] = id, ["svix-timestamp"] = timestamp, ["svix-signature"] = signature };
        return DeliveryHeaders.TryRead(headers, out var read, out var refusal)
            ? _verifier.VerifyWithoutClock(read, body).IsVerified
            : throw CliErrors.BadHeaders(refusal.Message);
    }

    /// <summary>Whether it would be genuine without the line end that editors put behind the last line.</summary>
    public bool MatchesWithoutLineEnd(string id, string timestamp, string signature, ReadOnlyMemory<byte> body)
    {
        if (body.Span is not [.., (byte)'\n'])
            return false;
        var line = body[..^1];
        return Matches(id, timestamp, signature, line) || (line.Span is [.., (byte)'\r'] && Matches(id, timestamp, signature, line[..^1]));
    }
}
