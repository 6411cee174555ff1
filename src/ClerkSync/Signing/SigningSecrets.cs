using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ClerkSync.Signing;

/// <summary>
/// The secrets that are accepted at one moment, in order. Several are needed while a secret is rotated, or when more than one endpoint sends to the
/// same URL. Immutable: change what is accepted by giving <see cref="DeliveryVerifier.Secrets"/> another list.
/// </summary>
public sealed class SigningSecrets : IReadOnlyList<SigningSecret>
{
    private static readonly char[] Separators = [' ', ',', '\t', '\r', '\n', '\v', '\f'];

    private readonly ImmutableArray<SigningSecret> _secrets;

    /// <summary>Makes a list.</summary>
    /// <param name="secrets">The secrets; the first one signs when something is signed.</param>
    public SigningSecrets(params IEnumerable<SigningSecret> secrets) => _secrets = [.. secrets];

    /// <summary>No secret: everything is refused with <see cref="RefusalReason.NoSigningSecret"/>.</summary>
    public static SigningSecrets None { get; } = new();

    /// <inheritdoc />
    public int Count => _secrets.Length;

    /// <inheritdoc />
    public SigningSecret this[int index] => _secrets[index];

    /// <summary>Reads one secret, or several separated by spaces, line breaks or commas.</summary>
    /// <param name="text">The value of <c>CLERK_WEBHOOK_SIGNING_SECRET</c>. Null and white space are no secret.</param>
    /// <returns>The secrets.</returns>
    /// <exception cref="FormatException">One of them is not a signing secret. The message says which and why, and never repeats the text.</exception>
    public static SigningSecrets Parse(string? text) =>
        TryParse(text, out var secrets, out var problem) ? secrets : throw new FormatException(problem);

    /// <summary>Reads one secret or several, as <see cref="Parse"/> does, without an exception.</summary>
    /// <param name="text">The value of <c>CLERK_WEBHOOK_SIGNING_SECRET</c>. Null and white space are no secret.</param>
    /// <param name="secrets">The secrets, or null.</param>
    /// <param name="problem">What is wrong and what to do, without the text itself; null when all secrets are good.</param>
    /// <returns>Whether each part of the text is a signing secret.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SigningSecrets? secrets, [NotNullWhen(false)] out string? problem)
    {
        var parts = (text ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var parsed = new List<SigningSecret>(parts.Length);
        problem = null;
        secrets = null;
        foreach (var part in parts)
        {
            // without this, a secret with a space inside would silently become two wrong ones
            if (parts.Length > 1 && !part.StartsWith("wh", StringComparison.OrdinalIgnoreCase))
                problem = "In a list, every signing secret starts with whsec_. If this is one secret, there is white space or a comma inside it: copy it again.";
            else if (SigningSecret.TryParse(part, out var secret, out problem))
                parsed.Add(secret);

            if (problem is null)
                continue;
            if (parts.Length > 1)
                problem = string.Create(CultureInfo.InvariantCulture, $"Signing secret {parsed.Count + 1} of {parts.Length}: {problem}");
            return false;
        }

        secrets = new SigningSecrets(parsed);
        return true;
    }

    /// <inheritdoc />
    public IEnumerator<SigningSecret> GetEnumerator() => ((IEnumerable<SigningSecret>)_secrets).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Says how many there are; never shows one.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_secrets.Length} signing secrets");
}
