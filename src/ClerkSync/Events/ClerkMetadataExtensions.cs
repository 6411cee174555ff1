using System.Text.Json.Serialization.Metadata;

namespace ClerkSync.Events;

/// <summary>
/// Metadata as a type of the application. Null stands for metadata that are missing, null or <c>{}</c>, which is what Clerk writes when nothing was set. What does not
/// fit the type is a <see cref="ClerkMetadataException"/> that says where, and never holds the value.
/// </summary>
public static class ClerkMetadataExtensions
{
    /// <summary>What browsers may read and only your server may write.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="user">Whose.</param>
    /// <param name="type">How the type is read, for example <c>AppJsonContext.Default.CustomerMetadata</c>.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this User user, JsonTypeInfo<T> type)
        where T : class => Read(user, user?.PublicMetadata, MetadataKind.Public, type);

    /// <summary>What only your server may read and write.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(User, JsonTypeInfo{T})"/>
    public static T? ReadPrivateMetadata<T>(this User user, JsonTypeInfo<T> type)
        where T : class => Read(user, user?.PrivateMetadata, MetadataKind.Private, type);

    /// <summary>What <b>the user</b> may write: never decide anything by it, and expect anything in it.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(User, JsonTypeInfo{T})"/>
    public static T? ReadUnsafeMetadata<T>(this User user, JsonTypeInfo<T> type)
        where T : class => Read(user, user?.UnsafeMetadata, MetadataKind.Unsafe, type);

    /// <summary>What members' browsers may read and only your server may write.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="organization">Whose.</param>
    /// <param name="type">How the type is read.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this Organization organization, JsonTypeInfo<T> type)
        where T : class => Read(organization, organization?.PublicMetadata, MetadataKind.Public, type);

    /// <summary>What only your server may read and write.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(Organization, JsonTypeInfo{T})"/>
    public static T? ReadPrivateMetadata<T>(this Organization organization, JsonTypeInfo<T> type)
        where T : class => Read(organization, organization?.PrivateMetadata, MetadataKind.Private, type);

    /// <summary>What belongs to this user in this organization, readable by browsers.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="membership">Whose.</param>
    /// <param name="type">How the type is read.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this OrganizationMembership membership, JsonTypeInfo<T> type)
        where T : class => Read(membership, membership?.PublicMetadata, MetadataKind.Public, type);

    /// <summary>What belongs to this user in this organization, for your server only.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(OrganizationMembership, JsonTypeInfo{T})"/>
    public static T? ReadPrivateMetadata<T>(this OrganizationMembership membership, JsonTypeInfo<T> type)
        where T : class => Read(membership, membership?.PrivateMetadata, MetadataKind.Private, type);

    /// <summary>What the user will have as public metadata when the invitation is accepted.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="invitation">Whose.</param>
    /// <param name="type">How the type is read.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this Invitation invitation, JsonTypeInfo<T> type)
        where T : class => Read(invitation, invitation?.PublicMetadata, MetadataKind.Public, type);

    /// <summary>What the membership will have as public metadata when the invitation is accepted.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="invitation">Whose.</param>
    /// <param name="type">How the type is read.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this OrganizationInvitation invitation, JsonTypeInfo<T> type)
        where T : class => Read(invitation, invitation?.PublicMetadata, MetadataKind.Public, type);

    /// <summary>What the membership will have as private metadata when the invitation is accepted.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(OrganizationInvitation, JsonTypeInfo{T})"/>
    public static T? ReadPrivateMetadata<T>(this OrganizationInvitation invitation, JsonTypeInfo<T> type)
        where T : class => Read(invitation, invitation?.PrivateMetadata, MetadataKind.Private, type);

    private static T? Read<T>(ClerkResource? owner, System.Text.Json.JsonElement? metadata, string kind, JsonTypeInfo<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(owner);
        return MetadataKind.Read(metadata, kind, owner.ToString(), type);
    }
}
