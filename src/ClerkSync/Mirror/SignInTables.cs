using ClerkSync.Events;
using static ClerkSync.Mirror.GeneratedColumn;

namespace ClerkSync.Mirror;

/// <summary>Sessions, and the ways to become a user.</summary>
internal static class SignInTables
{
    public static readonly MirrorTable Sessions = new()
    {
        Name = "sessions",
        Meaning = "One row for each session. Expiry makes no event: compare `expire_at` and `abandon_at`.",
        EventTypes = ["session.created", "session.pending", "session.ended", "session.removed", "session.revoked"],
        Parents = [new("user_id", "users", s => CanonicalDocument.Id(s, "user_id"))],
        Dropped = ["user"],
        Generated =
        [
            Id("client_id"), Text("status"), Id("last_active_organization_id"), Id("impersonator_id", ["actor", "sub"]), Json("latest_activity"),
            Moment("last_active_at"), Moment("expire_at"), Moment("abandon_at"), Moment("created_at"), Moment("updated_at"),
        ],
        Indexed = ["status"],
    };

    public static readonly MirrorTable Invitations = new()
    {
        Name = "invitations",
        Meaning = "One row for each invitation to the application.",
        EventTypes = ["invitation.created", "invitation.accepted", "invitation.revoked"],
        Generated =
        [
            Text("email_address"), Text("status"), Flag("revoked"), Json("public_metadata"), Moment("expires_at"), Moment("created_at"), Moment("updated_at"),
        ],
        Listing = new("invitations", ("order_by", "created_at"), ("paginated", "true")) { FurtherPasses = [("status", "revoked")] },
        Indexed = ["email_address"],
    };

    public static readonly MirrorTable WaitlistEntries = new()
    {
        Name = "waitlist_entries",
        Meaning = "One row for each entry of the waitlist.",
        EventTypes = ["waitlistEntry.created", "waitlistEntry.updated"],
        Generated =
        [
            Text("email_address"), Text("status"), Flag("is_locked"), Id("invitation_id", ["invitation", "id"]), Moment("created_at"), Moment("updated_at"),
        ],
        Silent = ["is_locked"],
        Listing = new("waitlist_entries", ("order_by", "created_at")),
        Absence = new AbsenceQuestion.SecondListing(),
        Indexed = ["email_address"],
    };
}
