using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>A signed-in browser or device. <c>Id</c> is <c>sess_…</c>.</summary>
public sealed record Session : ClerkResource
{
    /// <summary><c>session</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary><c>user_…</c></summary>
    public string? UserId { get; set; }

    /// <summary>The whole user at that moment, with its own <see cref="Events.User.UpdatedAt"/>; null when the user is gone, absent in answers of the API.</summary>
    public User? User { get; set; }

    /// <summary><c>client_…</c>, one per browser or device.</summary>
    public string? ClientId { get; set; }

    /// <summary>Set when somebody impersonates the user: <c>sub</c> is who. Otherwise null.</summary>
    public JsonElement? Actor { get; set; }

    /// <summary><c>active</c>, <c>pending</c>, <c>revoked</c>, <c>ended</c>, <c>expired</c>, <c>removed</c>, <c>abandoned</c>, <c>replaced</c>. The last two and <c>expired</c> make no event.</summary>
    public string? Status { get; set; }

    /// <summary><c>org_…</c>; null when none was chosen.</summary>
    public string? LastActiveOrganizationId { get; set; }

    /// <summary>When the session was last used.</summary>
    public DateTimeOffset? LastActiveAt { get; set; }

    /// <summary>Where from: personal data. Null when unknown.</summary>
    public SessionActivity? LatestActivity { get; set; }

    /// <summary>When it ends at the latest.</summary>
    public DateTimeOffset? ExpireAt { get; set; }

    /// <summary>When it counts as abandoned.</summary>
    public DateTimeOffset? AbandonAt { get; set; }

    /// <summary>What a pending session still has to do; answers of the API only.</summary>
    public JsonElement? Tasks { get; set; }

    /// <summary>When Clerk created it.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When Clerk last changed it: what orders two states of the object.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }
}

/// <summary>Where a session was used from: personal data.</summary>
public sealed record SessionActivity : ClerkObject
{
    /// <summary><c>sess_activity_…</c></summary>
    public string? Id { get; set; }

    /// <summary><c>session_activity</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>Whether the device is a phone or tablet.</summary>
    public bool? IsMobile { get; set; }

    /// <summary>For example <c>Macintosh</c>.</summary>
    public string? DeviceType { get; set; }

    /// <summary>Null when unknown.</summary>
    public string? BrowserName { get; set; }

    /// <summary>Null when unknown.</summary>
    public string? BrowserVersion { get; set; }

    /// <summary>Null when unknown.</summary>
    public string? IpAddress { get; set; }

    /// <summary>Guessed from the address; null when unknown.</summary>
    public string? City { get; set; }

    /// <summary>Two letters, guessed from the address; null when unknown.</summary>
    public string? Country { get; set; }
}
