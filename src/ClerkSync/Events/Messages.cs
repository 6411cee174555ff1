using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>An e-mail that Clerk sends or wants sent. <b>Holds one-time codes and sign-in links: never store or log it.</b> <c>Id</c> is <c>ema_…</c>.</summary>
public sealed record Email : ClerkResource
{
    /// <summary><c>email</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>The template, for example <c>verification_code</c>; null when there is none.</summary>
    public string? Slug { get; set; }

    /// <summary>Local part of the sender.</summary>
    public string? FromEmailName { get; set; }

    /// <summary>Local part of the address for answers; null when it is the sender.</summary>
    public string? ReplyToEmailName { get; set; }

    /// <summary>The recipient.</summary>
    public string? ToEmailAddress { get; set; }

    /// <summary><c>idn_…</c> of the recipient's address; null when it belongs to no user yet.</summary>
    public string? EmailAddressId { get; set; }

    /// <summary><c>user_…</c>; null during sign-up.</summary>
    public string? UserId { get; set; }

    /// <summary>May hold a one-time code.</summary>
    public string? Subject { get; set; }

    /// <summary>A whole HTML page; may hold a one-time code or a sign-in link.</summary>
    public string? Body { get; set; }

    /// <summary>The same as text; null when there is none.</summary>
    public string? BodyPlain { get; set; }

    /// <summary><c>queued</c>, …</summary>
    public string? Status { get; set; }

    /// <summary>What fills the template: the application, the user, <c>otp_code</c>, ….</summary>
    public JsonElement? Data { get; set; }

    /// <summary>False when your application has to send it.</summary>
    public bool? DeliveredByClerk { get; set; }
}

/// <summary>A text message that Clerk sends or wants sent. <b>Holds one-time codes: never store or log it.</b> <c>Id</c> is <c>sms_…</c>.</summary>
public sealed record SmsMessage : ClerkResource
{
    /// <summary><c>sms_message</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>The template, for example <c>verification_code</c>; null when there is none.</summary>
    public string? Slug { get; set; }

    /// <summary>The sender, in E.164 form.</summary>
    public string? FromPhoneNumber { get; set; }

    /// <summary>The recipient, in E.164 form.</summary>
    public string? ToPhoneNumber { get; set; }

    /// <summary><c>idn_…</c> of the recipient's number; null when it belongs to no user yet.</summary>
    public string? PhoneNumberId { get; set; }

    /// <summary><c>user_…</c>; null during sign-up.</summary>
    public string? UserId { get; set; }

    /// <summary>The text; may hold a one-time code.</summary>
    public string? Message { get; set; }

    /// <summary><c>queued</c>, …</summary>
    public string? Status { get; set; }

    /// <summary>What fills the template: <c>otp_code</c>, ….</summary>
    public JsonElement? Data { get; set; }

    /// <summary>False when your application has to send it.</summary>
    public bool? DeliveredByClerk { get; set; }

    /// <summary>When it was made, by Clerk's schema. See <see cref="MadeAt"/>.</summary>
    public DateTimeOffset? CreatedAtMs { get; set; }

    /// <summary>When it was made, by Clerk's example. See <see cref="MadeAt"/>.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it was made, whichever of the two fields Clerk filled. Null when neither.</summary>
    [JsonIgnore]
    public DateTimeOffset? MadeAt => CreatedAtMs ?? CreatedAt;
}
