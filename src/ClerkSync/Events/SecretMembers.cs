namespace ClerkSync.Events;

/// <summary>Which members of a payload must never be written anywhere: one-time codes, message bodies, tickets, tokens, backup codes.</summary>
internal static class SecretMembers
{
    /// <summary>Customers' own data: nothing inside it is taken for Clerk's.</summary>
    public static bool IsMetadata(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("public_metadata"u8) || name.SequenceEqual("private_metadata"u8) || name.SequenceEqual("unsafe_metadata"u8);

    /// <summary>
    /// Cut from every event, at any depth outside metadata. <c>url</c> is the address of an invitation, and whoever reads its ticket can
    /// accept; <c>nonce</c> and the redirect address belong to a running verification.
    /// </summary>
    public static bool IsSecret(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("otp_code"u8) || name.SequenceEqual("ticket"u8) || name.SequenceEqual("token"u8)
        || name.SequenceEqual("backup_codes"u8) || name.SequenceEqual("nonce"u8)
        || name.SequenceEqual("url"u8) || name.SequenceEqual("external_verification_redirect_url"u8);

    /// <summary>Cut from a verification: the message that a wallet signs repeats the nonce.</summary>
    public static bool IsSecretOfVerification(ReadOnlySpan<byte> name) => name.SequenceEqual("message"u8);

    /// <summary>Directly in <c>data</c> of an e-mail or a text message: what was sent, and the values it was made from. The subject often holds the code.</summary>
    public static bool IsMessageText(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("body"u8) || name.SequenceEqual("body_plain"u8) || name.SequenceEqual("subject"u8)
        || name.SequenceEqual("message"u8) || name.SequenceEqual("data"u8);

    /// <summary>The same names, for a document.</summary>
    public static ReadOnlySpan<string> MessageTexts => new string[] { "body", "body_plain", "subject", "message", "data" };

    /// <summary>
    /// Events that an application may need whole, because with "Delivered by Clerk" off it sends the message itself: code, text or ticket included. They are
    /// kept, encrypted, for handlers only.
    /// </summary>
    public static IReadOnlyList<string> NeededWhole { get; } = ["email.created", "sms.created", "invitation.created"];

    /// <summary>Events whose <c>data</c> is a message to a person.</summary>
    public static bool IsMessageType(string type) =>
        type.StartsWith("email.", StringComparison.Ordinal) || type.StartsWith("sms.", StringComparison.Ordinal);
}
