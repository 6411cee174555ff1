using System.Text.Json.Serialization.Metadata;
using ClerkSync.Events;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>
/// Metadata of rows of the mirror as a type of the application. Null stands for metadata that are missing, null or <c>{}</c>. For rows that were read: a query cannot
/// translate it. What does not fit the type is a <see cref="ClerkMetadataException"/> that says where, and never holds the value.
/// </summary>
public static class ClerkMirroredMetadataExtensions
{
    /// <summary>What browsers may read and only your server may write.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="user">Whose.</param>
    /// <param name="type">How the type is read, for example <c>AppJsonContext.Default.CustomerMetadata</c>.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this MirroredUser user, JsonTypeInfo<T> type)
        where T : class => MetadataKind.Read(Present(user).PublicMetadata, MetadataKind.Public, $"user {user.Id}", type);

    /// <summary>What only your server may read and write.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(MirroredUser, JsonTypeInfo{T})"/>
    public static T? ReadPrivateMetadata<T>(this MirroredUser user, JsonTypeInfo<T> type)
        where T : class => MetadataKind.Read(Present(user).PrivateMetadata, MetadataKind.Private, $"user {user.Id}", type);

    /// <summary>What <b>the user</b> may write: never decide anything by it, and expect anything in it.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(MirroredUser, JsonTypeInfo{T})"/>
    public static T? ReadUnsafeMetadata<T>(this MirroredUser user, JsonTypeInfo<T> type)
        where T : class => MetadataKind.Read(Present(user).UnsafeMetadata, MetadataKind.Unsafe, $"user {user.Id}", type);

    /// <summary>What members' browsers may read and only your server may write.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="organization">Whose.</param>
    /// <param name="type">How the type is read.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this MirroredOrganization organization, JsonTypeInfo<T> type)
        where T : class => MetadataKind.Read(Present(organization).PublicMetadata, MetadataKind.Public, $"organization {organization.Id}", type);

    /// <summary>What only your server may read and write.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(MirroredOrganization, JsonTypeInfo{T})"/>
    public static T? ReadPrivateMetadata<T>(this MirroredOrganization organization, JsonTypeInfo<T> type)
        where T : class => MetadataKind.Read(Present(organization).PrivateMetadata, MetadataKind.Private, $"organization {organization.Id}", type);

    /// <summary>What belongs to this user in this organization, readable by browsers.</summary>
    /// <typeparam name="T">The type of the application.</typeparam>
    /// <param name="membership">Whose.</param>
    /// <param name="type">How the type is read.</param>
    /// <returns>The value; null when there is none.</returns>
    /// <exception cref="ClerkMetadataException">They do not fit.</exception>
    public static T? ReadPublicMetadata<T>(this MirroredOrganizationMembership membership, JsonTypeInfo<T> type)
        where T : class => MetadataKind.Read(Present(membership).PublicMetadata, MetadataKind.Public, $"membership {membership.Id}", type);

    /// <summary>What belongs to this user in this organization, for your server only.</summary>
    /// <inheritdoc cref="ReadPublicMetadata{T}(MirroredOrganizationMembership, JsonTypeInfo{T})"/>
    public static T? ReadPrivateMetadata<T>(this MirroredOrganizationMembership membership, JsonTypeInfo<T> type)
        where T : class => MetadataKind.Read(Present(membership).PrivateMetadata, MetadataKind.Private, $"membership {membership.Id}", type);

    private static T Present<T>(T? row)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(row);
        return row;
    }
}
