namespace ClerkSync.Signing;

/// <summary>Why a delivery was refused.</summary>
public enum RefusalReason
{
    /// <summary>One of the three headers of a delivery is absent or empty.</summary>
    MissingHeaders,

    /// <summary>A header occurs more than once, or its value cannot be an id or a timestamp.</summary>
    MalformedHeaders,

    /// <summary>The timestamp is further behind the clock than is tolerated.</summary>
    TimestampTooOld,

    /// <summary>The timestamp is further ahead of the clock than is tolerated.</summary>
    TimestampTooNew,

    /// <summary>No signature in the header was made with an accepted secret over these bytes.</summary>
    SignatureMismatch,

    /// <summary>There is no body. Every webhook of Clerk has one.</summary>
    EmptyBody,

    /// <summary>The body is larger than the limit.</summary>
    BodyTooLarge,

    /// <summary>The body did not arrive in time.</summary>
    BodyTooSlow,

    /// <summary>No signing secret is configured, so nothing can be verified. This is the server's fault and not the sender's.</summary>
    NoSigningSecret,
}
