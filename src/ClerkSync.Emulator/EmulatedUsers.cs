using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Emulator;

/// <summary>The users of the emulator. Bodies are those of Clerk's Backend API.</summary>
public sealed class EmulatedUsers : EmulatedObjects<User>
{
    internal EmulatedUsers(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Somebody signs up.</summary>
    /// <param name="emailAddress">A verified address, which becomes the primary one; null for none.</param>
    /// <param name="firstName">The first name; null for none.</param>
    /// <param name="lastName">The last name; null for none.</param>
    /// <param name="externalId">Your own id for the user; null for none.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">The address or the id belongs to somebody else.</exception>
    public User Create(string? emailAddress = null, string? firstName = null, string? lastName = null, string? externalId = null)
    {
        JsonObject body = new() { ["first_name"] = firstName, ["last_name"] = lastName, ["external_id"] = externalId };
        if (emailAddress is not null)
            body["email_address"] = new JsonArray(emailAddress);
        return Create(body);
    }

    /// <summary>Creates a user with the body of <c>POST /users</c>.</summary>
    /// <param name="body">For example <c>username</c>, <c>phone_number</c>, <c>public_metadata</c>.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">An address or a name belongs to somebody else.</exception>
    public User Create(JsonObject body) => Make(i => i.Users.Create(body));

    /// <summary>Changes a user with the body of <c>PATCH /users/{id}</c>; metadata are replaced.</summary>
    /// <param name="id">The id.</param>
    /// <param name="changes">What changes, for example <c>new() { ["first_name"] = "Ada" }</c>.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user, or a name belongs to somebody else.</exception>
    public User Update(string id, JsonObject changes) => Make(i => i.Users.Update(id, changes));

    /// <summary>Changes metadata.</summary>
    /// <param name="id">The id.</param>
    /// <param name="metadata"><c>public_metadata</c>, <c>private_metadata</c> and <c>unsafe_metadata</c>, any of them.</param>
    /// <param name="merges">Whether they are merged deeply, as by <c>PATCH</c>; otherwise what is given replaces what was there.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user.</exception>
    public User UpdateMetadata(string id, JsonObject metadata, bool merges = true) => Make(i => i.Users.ChangeMetadata(id, metadata, merges));

    /// <summary>Gives a user one more e-mail address.</summary>
    /// <param name="id">The id.</param>
    /// <param name="emailAddress">The address, verified.</param>
    /// <param name="isPrimary">Whether it becomes the primary one.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user, or the address belongs to somebody else.</exception>
    public User AddEmailAddress(string id, string emailAddress, bool isPrimary = false) => Make(i =>
    {
        i.Users.AddAddress(id, UserIdentity.Email, emailAddress, isVerified: true, isPrimary);
        return i.Users.Get(id);
    });

    /// <summary>Bans a user, and revokes the sessions.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user.</exception>
    public User Ban(string id) => Make(i => i.Users.Flag(id, "banned", true));

    /// <summary>Lifts a ban.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user.</exception>
    public User Unban(string id) => Make(i => i.Users.Flag(id, "banned", false));

    /// <summary>Locks a user out.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user.</exception>
    public User Lock(string id) => Make(i => i.Users.Flag(id, "locked", true));

    /// <summary>Lifts a lock.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The user.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user.</exception>
    public User Unlock(string id) => Make(i => i.Users.Flag(id, "locked", false));

    /// <summary>Deletes a user, with memberships and sessions.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="ClerkEmulatorException">There is no such user.</exception>
    public void Delete(string id) => Act(i => i.Users.Delete(id));

    internal override Kind KindOf(Instance instance) => instance.Users;
}
