using ClerkSync.Signing;

namespace ClerkSync.Cli;

/// <summary>Signing secrets as the user wrote them.</summary>
internal static class SecretText
{
    /// <summary>Reads one secret or several.</summary>
    /// <exception cref="CliException">There is none, or one is damaged. The message never repeats it.</exception>
    public static SigningSecrets Parse(string text)
    {
        if (!SigningSecrets.TryParse(text, out var secrets, out var problem))
            throw CliErrors.BadSigningSecret(text.Length, problem);
        return secrets.Count > 0 ? secrets : throw CliErrors.NoSigningSecret();
    }
}
