namespace ClerkSync.Events;

/// <summary>The exact names of all event types that have a record. Case matters: <c>subscriptionItem.pastDue</c>.</summary>
public static partial class ClerkEventTypes
{
    /// <summary><c>user.created</c>, read as <see cref="Events.UserCreated"/>.</summary>
    public const string UserCreated = "user.created";

    /// <summary><c>user.updated</c>, read as <see cref="Events.UserUpdated"/>.</summary>
    public const string UserUpdated = "user.updated";

    /// <summary><c>user.deleted</c>, read as <see cref="Events.UserDeleted"/>.</summary>
    public const string UserDeleted = "user.deleted";

    /// <summary><c>organization.created</c>, read as <see cref="Events.OrganizationCreated"/>.</summary>
    public const string OrganizationCreated = "organization.created";

    /// <summary><c>organization.updated</c>, read as <see cref="Events.OrganizationUpdated"/>.</summary>
    public const string OrganizationUpdated = "organization.updated";

    /// <summary><c>organization.deleted</c>, read as <see cref="Events.OrganizationDeleted"/>.</summary>
    public const string OrganizationDeleted = "organization.deleted";

    /// <summary><c>organizationDomain.created</c>, read as <see cref="Events.OrganizationDomainCreated"/>.</summary>
    public const string OrganizationDomainCreated = "organizationDomain.created";

    /// <summary><c>organizationDomain.updated</c>, read as <see cref="Events.OrganizationDomainUpdated"/>.</summary>
    public const string OrganizationDomainUpdated = "organizationDomain.updated";

    /// <summary><c>organizationDomain.deleted</c>, read as <see cref="Events.OrganizationDomainDeleted"/>.</summary>
    public const string OrganizationDomainDeleted = "organizationDomain.deleted";

    /// <summary><c>organizationInvitation.created</c>, read as <see cref="Events.OrganizationInvitationCreated"/>.</summary>
    public const string OrganizationInvitationCreated = "organizationInvitation.created";

    /// <summary><c>organizationInvitation.accepted</c>, read as <see cref="Events.OrganizationInvitationAccepted"/>.</summary>
    public const string OrganizationInvitationAccepted = "organizationInvitation.accepted";

    /// <summary><c>organizationInvitation.revoked</c>, read as <see cref="Events.OrganizationInvitationRevoked"/>.</summary>
    public const string OrganizationInvitationRevoked = "organizationInvitation.revoked";

    /// <summary><c>organizationMembership.created</c>, read as <see cref="Events.OrganizationMembershipCreated"/>.</summary>
    public const string OrganizationMembershipCreated = "organizationMembership.created";

    /// <summary><c>organizationMembership.updated</c>, read as <see cref="Events.OrganizationMembershipUpdated"/>.</summary>
    public const string OrganizationMembershipUpdated = "organizationMembership.updated";

    /// <summary><c>organizationMembership.deleted</c>, read as <see cref="Events.OrganizationMembershipDeleted"/>.</summary>
    public const string OrganizationMembershipDeleted = "organizationMembership.deleted";

    /// <summary><c>role.created</c>, read as <see cref="Events.RoleCreated"/>.</summary>
    public const string RoleCreated = "role.created";

    /// <summary><c>role.updated</c>, read as <see cref="Events.RoleUpdated"/>.</summary>
    public const string RoleUpdated = "role.updated";

    /// <summary><c>role.deleted</c>, read as <see cref="Events.RoleDeleted"/>.</summary>
    public const string RoleDeleted = "role.deleted";

    /// <summary><c>permission.created</c>, read as <see cref="Events.PermissionCreated"/>.</summary>
    public const string PermissionCreated = "permission.created";

    /// <summary><c>permission.updated</c>, read as <see cref="Events.PermissionUpdated"/>.</summary>
    public const string PermissionUpdated = "permission.updated";

    /// <summary><c>permission.deleted</c>, read as <see cref="Events.PermissionDeleted"/>.</summary>
    public const string PermissionDeleted = "permission.deleted";

    /// <summary><c>session.created</c>, read as <see cref="Events.SessionCreated"/>.</summary>
    public const string SessionCreated = "session.created";

    /// <summary><c>session.pending</c>, read as <see cref="Events.SessionPending"/>.</summary>
    public const string SessionPending = "session.pending";

    /// <summary><c>session.ended</c>, read as <see cref="Events.SessionEnded"/>.</summary>
    public const string SessionEnded = "session.ended";

    /// <summary><c>session.removed</c>, read as <see cref="Events.SessionRemoved"/>.</summary>
    public const string SessionRemoved = "session.removed";

    /// <summary><c>session.revoked</c>, read as <see cref="Events.SessionRevoked"/>.</summary>
    public const string SessionRevoked = "session.revoked";

    /// <summary><c>email.created</c>, read as <see cref="Events.EmailCreated"/>.</summary>
    public const string EmailCreated = "email.created";

    /// <summary><c>sms.created</c>, read as <see cref="Events.SmsCreated"/>.</summary>
    public const string SmsCreated = "sms.created";

    /// <summary><c>waitlistEntry.created</c>, read as <see cref="Events.WaitlistEntryCreated"/>.</summary>
    public const string WaitlistEntryCreated = "waitlistEntry.created";

    /// <summary><c>waitlistEntry.updated</c>, read as <see cref="Events.WaitlistEntryUpdated"/>.</summary>
    public const string WaitlistEntryUpdated = "waitlistEntry.updated";

    /// <summary><c>subscription.created</c>, read as <see cref="Events.SubscriptionCreated"/>.</summary>
    public const string SubscriptionCreated = "subscription.created";

    /// <summary><c>subscription.updated</c>, read as <see cref="Events.SubscriptionUpdated"/>.</summary>
    public const string SubscriptionUpdated = "subscription.updated";

    /// <summary><c>subscription.active</c>, read as <see cref="Events.SubscriptionActive"/>.</summary>
    public const string SubscriptionActive = "subscription.active";

    /// <summary><c>subscription.pastDue</c>, read as <see cref="Events.SubscriptionPastDue"/>.</summary>
    public const string SubscriptionPastDue = "subscription.pastDue";

    /// <summary><c>subscriptionItem.created</c>, read as <see cref="Events.SubscriptionItemCreated"/>.</summary>
    public const string SubscriptionItemCreated = "subscriptionItem.created";

    /// <summary><c>subscriptionItem.updated</c>, read as <see cref="Events.SubscriptionItemUpdated"/>.</summary>
    public const string SubscriptionItemUpdated = "subscriptionItem.updated";

    /// <summary><c>subscriptionItem.active</c>, read as <see cref="Events.SubscriptionItemActive"/>.</summary>
    public const string SubscriptionItemActive = "subscriptionItem.active";

    /// <summary><c>subscriptionItem.canceled</c>, read as <see cref="Events.SubscriptionItemCanceled"/>.</summary>
    public const string SubscriptionItemCanceled = "subscriptionItem.canceled";

    /// <summary><c>subscriptionItem.upcoming</c>, read as <see cref="Events.SubscriptionItemUpcoming"/>.</summary>
    public const string SubscriptionItemUpcoming = "subscriptionItem.upcoming";

    /// <summary><c>subscriptionItem.ended</c>, read as <see cref="Events.SubscriptionItemEnded"/>.</summary>
    public const string SubscriptionItemEnded = "subscriptionItem.ended";

    /// <summary><c>subscriptionItem.abandoned</c>, read as <see cref="Events.SubscriptionItemAbandoned"/>.</summary>
    public const string SubscriptionItemAbandoned = "subscriptionItem.abandoned";

    /// <summary><c>subscriptionItem.incomplete</c>, read as <see cref="Events.SubscriptionItemIncomplete"/>.</summary>
    public const string SubscriptionItemIncomplete = "subscriptionItem.incomplete";

    /// <summary><c>subscriptionItem.pastDue</c>, read as <see cref="Events.SubscriptionItemPastDue"/>.</summary>
    public const string SubscriptionItemPastDue = "subscriptionItem.pastDue";

    /// <summary><c>subscriptionItem.expired</c>, read as <see cref="Events.SubscriptionItemExpired"/>.</summary>
    public const string SubscriptionItemExpired = "subscriptionItem.expired";

    /// <summary><c>subscriptionItem.freeTrialEnding</c>, read as <see cref="Events.SubscriptionItemFreeTrialEnding"/>.</summary>
    public const string SubscriptionItemFreeTrialEnding = "subscriptionItem.freeTrialEnding";

    /// <summary><c>paymentAttempt.created</c>, read as <see cref="Events.PaymentAttemptCreated"/>.</summary>
    public const string PaymentAttemptCreated = "paymentAttempt.created";

    /// <summary><c>paymentAttempt.updated</c>, read as <see cref="Events.PaymentAttemptUpdated"/>.</summary>
    public const string PaymentAttemptUpdated = "paymentAttempt.updated";

    /// <summary><c>invitation.created</c>, read as <see cref="Events.InvitationCreated"/>.</summary>
    public const string InvitationCreated = "invitation.created";

    /// <summary><c>invitation.accepted</c>, read as <see cref="Events.InvitationAccepted"/>.</summary>
    public const string InvitationAccepted = "invitation.accepted";

    /// <summary><c>invitation.revoked</c>, read as <see cref="Events.InvitationRevoked"/>.</summary>
    public const string InvitationRevoked = "invitation.revoked";
}
