using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>What is left of a deleted user, organization or domain. Has no time inside: see <see cref="ClerkEvent.OccurredAt"/>.</summary>
public sealed record DeletedObject : ClerkResource
{
    /// <summary>What it was: <c>user</c>, <c>organization</c>, <c>organization_domain</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Always true.</summary>
    public bool? Deleted { get; set; }

    /// <summary>Your own id for the user; absent when none was set.</summary>
    public string? ExternalId { get; set; }

    /// <summary>Of an organization, sometimes.</summary>
    public string? Slug { get; set; }
}
