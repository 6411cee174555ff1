using Microsoft.IdentityModel.Tokens;

namespace ClerkSync.AspNetCore;

/// <summary>Where the keys come from that Clerk signs session tokens with.</summary>
internal abstract class SigningKeySource
{
    /// <summary>The key for a token.</summary>
    /// <param name="keyId">What the token's header names; null where it names none.</param>
    /// <param name="cancellationToken">Ends the waiting, not the fetching.</param>
    public abstract ValueTask<SigningKeyAnswer> FindAsync(string? keyId, CancellationToken cancellationToken);
}

/// <summary>A key; or why no key can be had just now; or neither, where there is none of that id.</summary>
internal readonly record struct SigningKeyAnswer(SecurityKey? Key, string? Problem = null);

/// <summary>The one key that was configured: whatever the token names, no other is tried.</summary>
internal sealed class ConfiguredSigningKey(SecurityKey key) : SigningKeySource
{
    public override ValueTask<SigningKeyAnswer> FindAsync(string? keyId, CancellationToken cancellationToken) => new(new SigningKeyAnswer(key));
}
