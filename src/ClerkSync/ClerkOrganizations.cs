using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync;

/// <summary>Changes organizations in Clerk. A singleton, registered by <c>AddClerkSync</c>; safe for use from several threads. Needs <c>CLERK_SECRET_KEY</c>.</summary>
public sealed class ClerkOrganizations
{
    private readonly MetadataWriter _metadata;

    internal ClerkOrganizations(MetadataWriter metadata) => _metadata = metadata;

    /// <summary>Merges changes into the metadata of an organization, as <see cref="ClerkUsers.UpdateMetadataAsync"/> does for a user; what follows is <c>organization.updated</c>.</summary>
    /// <param name="organizationId"><c>org_…</c>; no slug.</param>
    /// <param name="changes">What to merge into each kind. Organizations have no unsafe metadata.</param>
    /// <param name="cancellationToken">Gives up. Whether Clerk has written is not known then; the same call again finds out.</param>
    /// <returns>Whether anything was written, and the organization as Clerk has it now.</returns>
    /// <exception cref="ArgumentException"><paramref name="organizationId"/> is no id of an organization, or unsafe metadata are among the changes.</exception>
    /// <exception cref="ClerkApiException">
    /// Clerk does not know the organization (<see cref="ClerkApiException.Status"/> 404), did not answer in time, or refused; or there is no secret key, or one of another instance.
    /// </exception>
    /// <exception cref="ClerkMetadataException">A kind would have more than 8192 bytes (8 KiB), as compact UTF-8 JSON. Nothing was written.</exception>
    public async Task<OrganizationMetadataUpdate> UpdateMetadataAsync(string organizationId, ClerkMetadataChanges changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (!ClerkId.Organization.IsMatch(organizationId))
            throw new ArgumentException($"\"{organizationId}\" is no id of an organization: org_ and letters or digits.", nameof(organizationId));
        if (changes.Kinds.ContainsKey(MetadataKind.Unsafe))
            throw new ArgumentException("Organizations have no unsafe metadata. Use the public or the private ones.", nameof(changes));
        var wanted = new WantedObject.ById(MirrorTables.Named("organizations"), organizationId);
        var merged = await _metadata.MergeAsync(wanted, changes.Kinds, cancellationToken).ConfigureAwait(false)
            ?? throw ApiFailure.UnknownObject("organization", organizationId);
        return new(
            merged.IsWritten ? MetadataOutcome.Updated : MetadataOutcome.Unchanged,
            ClerkObjectReader.Read<Organization>(merged.Object.Data) ?? throw ApiFailure.WrongShape($"PATCH /v1/{wanted.Path}/metadata", "an organization"));
    }
}

/// <summary>The answer to a change of an organization's metadata.</summary>
/// <param name="Outcome">Whether anything was written.</param>
/// <param name="Organization">The organization as Clerk has it now.</param>
public sealed record OrganizationMetadataUpdate(MetadataOutcome Outcome, Organization Organization);
