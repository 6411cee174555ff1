using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>Source-generated JSON metadata of everything that can be <c>data</c>, and of all that hangs below.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    MaxDepth = ClerkEventReader.MaxDepth,
    Converters = [typeof(UnixMillisecondsConverter)])]
[JsonSerializable(typeof(DeletedObject))]
[JsonSerializable(typeof(Email))]
[JsonSerializable(typeof(EventAttributes))]
[JsonSerializable(typeof(Invitation))]
[JsonSerializable(typeof(Organization))]
[JsonSerializable(typeof(OrganizationDomain))]
[JsonSerializable(typeof(OrganizationInvitation))]
[JsonSerializable(typeof(OrganizationMembership))]
[JsonSerializable(typeof(PaymentAttempt))]
[JsonSerializable(typeof(Permission))]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(SmsMessage))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(SubscriptionItem))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(WaitlistEntry))]
internal sealed partial class ClerkJsonContext : JsonSerializerContext;
