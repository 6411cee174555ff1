namespace ClerkSync.Events;

/// <summary>Everything that happens to an e-mail.</summary>
public abstract record EmailEvent : ClerkEvent
{
    private protected EmailEvent()
    {
    }

    /// <summary>The e-mail. <b>Holds one-time codes and sign-in links: never store or log it.</b></summary>
    public required Email Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>email.created</c>: Clerk sends an e-mail, or wants it sent: see <see cref="Email.DeliveredByClerk"/>.</summary>
public sealed record EmailCreated : EmailEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.EmailCreated;
}

/// <summary>Everything that happens to a text message.</summary>
public abstract record SmsEvent : ClerkEvent
{
    private protected SmsEvent()
    {
    }

    /// <summary>The text message. <b>Holds one-time codes: never store or log it.</b></summary>
    public required SmsMessage Data { get; init; }

    internal override ClerkResource Resource => Data;
}

/// <summary><c>sms.created</c>: Clerk sends a text message, or wants it sent: see <see cref="SmsMessage.DeliveredByClerk"/>.</summary>
public sealed record SmsCreated : SmsEvent
{
    /// <inheritdoc/>
    public override string Type => ClerkEventTypes.SmsCreated;
}
