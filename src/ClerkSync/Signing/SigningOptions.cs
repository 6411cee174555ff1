using System.Diagnostics.CodeAnalysis;

namespace ClerkSync.Signing;

/// <summary>What is needed to verify deliveries. In configuration: <c>ClerkSync:Signing</c>, and <c>CLERK_WEBHOOK_SIGNING_SECRET</c>.</summary>
public sealed class SigningOptions
{
    /// <summary>
    /// The accepted signing secrets. Each text may hold several, separated by spaces or commas. Empty: every delivery is refused with
    /// <see cref="RefusalReason.NoSigningSecret"/>; nothing unsigned is ever accepted.
    /// </summary>
    /// <value>Empty by default.</value>
    public IList<string> Secrets { get; } = [];

    /// <summary>How far the timestamp of a delivery may be behind or ahead of the clock; compared in whole seconds. 1 second to 1 day.</summary>
    /// <value>300 seconds by default, the tolerance of all of Svix's and Clerk's own libraries.</value>
    public TimeSpan ClockTolerance { get; set; } = DeliveryVerifier.DefaultClockTolerance;

    /// <summary>The largest accepted body, in bytes. 1 to 64 MiB (67,108,864).</summary>
    /// <value>1 MiB (1,048,576) by default: Svix sends at most about 350 kB, so three times what can come.</value>
    public int MaxBodySize { get; set; } = DeliveryVerifier.DefaultMaxBodySize;

    /// <summary>Reads all texts of <see cref="Secrets"/>. The problem says which one is damaged and why, and never repeats it.</summary>
    internal bool TryParseSecrets([NotNullWhen(true)] out SigningSecrets? secrets, [NotNullWhen(false)] out string? problem)
    {
        var all = new List<SigningSecret>();
        secrets = null;
        problem = null;
        foreach (var text in Secrets)
        {
            if (!SigningSecrets.TryParse(text, out var some, out problem))
                return false;
            all.AddRange(some);
        }

        secrets = new SigningSecrets(all);
        return true;
    }

    internal IEnumerable<string> Validate()
    {
        if (!TryParseSecrets(out _, out var problem))
            yield return $"Signing.Secrets: {problem}";
        if (!DeliveryVerifier.IsClockTolerance(ClockTolerance))
            yield return $"Signing.ClockTolerance is {ClockTolerance}; it must be 1 second to 1 day, and 5 minutes are usual.";
        if (!DeliveryVerifier.IsMaxBodySize(MaxBodySize))
            yield return $"Signing.MaxBodySize is {MaxBodySize}; it must be 1 to 67108864 bytes (64 MiB), and 1048576 (1 MiB) is usual.";
    }
}
