using System.Globalization;
using System.Text.Json;
using ClerkSync.Events;

namespace ClerkSync.Tests.Events;

/// <summary>What the members say, sample by sample. The expected values are typed off the samples.</summary>
public sealed class EventValueTests
{
    [Fact]
    public void The_envelope_says_when_and_where()
    {
        var created = Read<UserCreated>("user.created");

        Assert.Equal(1785400012570, created.Timestamp);
        Assert.Equal(Utc("2026-07-30T08:26:52.570Z"), created.OccurredAt);
        Assert.Equal("ins_3B91RIADOEaq07LDgixv9xe7Yai", created.InstanceId);
        Assert.Equal("203.0.113.24", created.EventAttributes?.HttpRequest?.ClientIp);
        Assert.Equal("event", created.ObjectType);
        Assert.Empty(created.ExtensionData);
    }

    [Fact]
    public void A_user_has_the_primary_address_by_id()
    {
        var user = Read<UserUpdated>("user.updated").Data;

        Assert.Equal("user_3BnYl8WR51kNpzKBU6zh5XiwIBp", user.Id);
        Assert.Equal(2, user.EmailAddresses.Count);
        Assert.NotEqual(user.EmailAddresses[0].Id, user.PrimaryEmailAddressId, StringComparer.Ordinal);
        Assert.Equal("mara.lindqvist@example.com", user.PrimaryEmailAddress);
        Assert.Equal("+15555550142", user.PrimaryPhoneNumber);
        Assert.Equal("Mara Lindqvist", user.FullName);
        Assert.Equal(Utc("2026-07-30T08:26:52.553Z"), user.CreatedAt);
        Assert.True(user.EmailAddresses[1].IsVerified);
        Assert.Equal("oauth_google", user.EmailAddresses[0].LinkedTo[0].Type);
        Assert.Equal("eac_3BW2MXw5oacOFQ8AQUtzuGYgUR5", user.ExternalAccounts[0].AccountId);
    }

    [Theory]
    [InlineData("user.created.phone-only")]
    [InlineData("user.created.web3-only")]
    [InlineData("user.created.username-only")]
    [InlineData("user.updated.email-removed")]
    public void A_user_without_e_mail_has_no_primary_address(string variant) =>
        Assert.Null(Assert.IsAssignableFrom<UserChanged>(Read("variants/" + variant)).Data.PrimaryEmailAddress);

    [Fact]
    public void A_primary_id_that_points_nowhere_gives_no_address()
    {
        var user = new User { Id = "user_1", PrimaryEmailAddressId = "idn_gone", EmailAddresses = [new EmailAddress { Id = "idn_1", Address = "a@example.com" }] };

        Assert.Null(user.PrimaryEmailAddress);
        Assert.Null(user.PrimaryPhoneNumber);
        Assert.Null(user.PrimaryWeb3Wallet);
        Assert.Null(user.FullName);
    }

    [Fact]
    public void Wallet_directory_and_single_sign_on_are_read()
    {
        Assert.StartsWith("0x", Read<UserCreated>("variants/user.created.web3-only").Data.PrimaryWeb3Wallet, StringComparison.Ordinal);

        var deprovisioned = Read<UserUpdated>("variants/user.updated.deprovisioned-scim").Data;
        Assert.True(deprovisioned.Deprovisioned);
        Assert.NotNull(deprovisioned.Scim?.DirectoryId);

        var account = Assert.Single(Read<UserCreated>("variants/user.created.sso").Data.EnterpriseAccounts);
        Assert.NotNull(account.EnterpriseConnection?.Name);
    }

    [Fact]
    public void A_lock_counts_seconds()
    {
        var user = Read<UserUpdated>("variants/user.updated.locked").Data;

        Assert.True(user.Locked);
        Assert.InRange(user.LockoutExpiresInSeconds ?? 0, 1, 86_400);
    }

    [Fact]
    public void Metadata_is_free_json() =>
        Assert.Equal("gold", Read<OrganizationUpdated>("organization.updated").Data.PublicMetadata?.GetProperty("tier").GetString());

    [Theory]
    [InlineData("user.updated", "2026-08-04T11:26:44Z", "variants/user.updated.timestamp-seconds")]
    [InlineData("email.created", "2026-07-30T08:26:11.656Z", "email.created")]
    public void The_time_is_read_in_either_unit(string type, string expected, string sample)
    {
        var clerkEvent = Read(sample);

        Assert.Equal(type, clerkEvent.Type);
        Assert.Equal(Utc(expected), clerkEvent.OccurredAt);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(0L, "1970-01-01T00:00:00Z")]
    [InlineData(99_999_999_999L, "5138-11-16T09:46:39Z")]
    [InlineData(100_000_000_000L, "1973-03-03T09:46:40Z")]
    [InlineData(long.MaxValue, null)]
    [InlineData(long.MinValue, null)]
    public void The_unit_changes_at_a_hundred_thousand_million(long? timestamp, string? expected) =>
        Assert.Equal(expected is null ? null : Utc(expected), new UnknownEvent("x") { Timestamp = timestamp }.OccurredAt);

    [Fact]
    public void Deletions_carry_what_is_left()
    {
        var user = Read<UserDeleted>("user.deleted").Data;
        Assert.True(user.Deleted);
        Assert.Equal("crm-000417", user.ExternalId);
        Assert.Equal("harbor-lantern", Read<OrganizationDeleted>("organization.deleted").Data.Slug);
        Assert.Null(Read<OrganizationDeleted>("variants/organization.deleted.no-slug").Data.Slug);
        Assert.Equal("orgdm_3B3GyqgT1Iz356NrP5Kx3nAle0E", Read<OrganizationDomainDeleted>("variants/organizationDomain.deleted.short-prefix").ObjectId);
    }

    [Fact]
    public void Deleted_roles_and_permissions_are_read_short_and_whole()
    {
        var stub = Read<RoleDeleted>("role.deleted").Data;
        Assert.True(stub.Deleted);
        Assert.Null(stub.Key);

        var whole = Read<RoleDeleted>("variants/role.deleted.full-resource").Data;
        Assert.Equal("org:auditor", whole.Key);
        Assert.Equal("org:reports:read", whole.Permissions[0].Key);

        Assert.True(Read<PermissionDeleted>("permission.deleted").Data.Deleted);
        Assert.Equal("org:reports:read", Read<PermissionDeleted>("variants/permission.deleted.full-resource").Data.Key);
    }

    [Fact]
    public void A_deleted_membership_is_whole()
    {
        var membership = Read<OrganizationMembershipDeleted>("organizationMembership.deleted").Data;

        Assert.Equal("user_3BlP8u9ll5dw804bwx0rfwbZdBy", membership.UserId);
        Assert.Equal("org_3B76cPEkCMA929JIKb5kLdjw0Ob", membership.OrganizationId);
        Assert.Equal("org:admin", membership.Role);
        Assert.Contains("org:sys_billing:manage", membership.Permissions, StringComparer.Ordinal);
    }

    [Fact]
    public void Who_accepted_an_invitation_is_found_in_both_places()
    {
        Assert.Equal("user_3BPXlsUjkKjG56IzUu3y93ohpH7", Read<OrganizationInvitationAccepted>("organizationInvitation.accepted").Data.AcceptedByUserId);

        var nested = SampleTests.Read("""{"type":"organizationInvitation.accepted","data":{"id":"orginv_1","data":{"user_id":"user_1"}}}"""u8);
        Assert.Equal("user_1", Assert.IsType<OrganizationInvitationAccepted>(nested).Data.AcceptedByUserId);

        Assert.Null(Read<OrganizationInvitationCreated>("organizationInvitation.created").Data.AcceptedByUserId);
    }

    [Fact]
    public void A_session_brings_its_user()
    {
        var session = Read<SessionCreated>("session.created").Data;
        Assert.Equal("mara.lindqvist@example.com", session.User?.PrimaryEmailAddress);
        Assert.Equal("Uppsala", session.LatestActivity?.City);
        Assert.Equal(Utc("2026-08-06T08:26:56.761Z"), session.ExpireAt);

        Assert.Null(Read<SessionEnded>("variants/session.ended.user-null").Data.User);
        Assert.NotNull(Read<SessionCreated>("variants/session.created.impersonation").Data.Actor?.GetProperty("sub").GetString());
    }

    [Fact]
    public void Messages_say_who_has_to_send_them()
    {
        Assert.True(Read<EmailCreated>("email.created").Data.DeliveredByClerk);
        Assert.False(Read<EmailCreated>("variants/email.created.not-delivered-by-clerk").Data.DeliveredByClerk);
        Assert.Equal("424242", Read<SmsCreated>("sms.created").Data.Data?.GetProperty("otp_code").GetString());
        Assert.Equal(Utc("2026-07-30T08:56:53.055Z"), Read<SmsCreated>("sms.created").Data.MadeAt);
        Assert.NotNull(Read<SmsCreated>("variants/sms.created.created-at").Data.MadeAt);
    }

    [Fact]
    public void Billing_is_read_down_to_the_money()
    {
        var attempt = Read<PaymentAttemptUpdated>("paymentAttempt.updated").Data;
        Assert.Equal(1750, attempt.Totals?.GrandTotal?.Amount);
        Assert.Equal("$17.50", attempt.Totals?.GrandTotal?.AmountFormatted);
        Assert.Equal("4242", attempt.PaymentSource?.Last4);
        var item = attempt.SubscriptionItems[0];
        Assert.Equal(0.1667m, item.Credits?.Proration?.CycleRemainingPercent);
        Assert.Equal(800, item.Credits?.Payer?.RemainingBalance?.Amount);
        Assert.Equal("2026-08-03", item.ProrationDate);
        Assert.Equal("user_3BnYl8WR51kNpzKBU6zh5XiwIBp", attempt.Payer?.PayingUserId);
        Assert.Null(attempt.Payer?.PayingOrganizationId);
        Assert.Equal("insufficient_funds", Read<PaymentAttemptUpdated>("variants/paymentAttempt.updated.failed").Data.FailedReason?.DeclineCode);
    }

    [Fact]
    public void Subscriptions_have_items_and_seats()
    {
        Assert.Equal("free_user", Assert.Single(Read<SubscriptionCreated>("subscription.created").Data.Items).Plan?.Slug);
        Assert.Equal("month", Read<SubscriptionItemActive>("subscriptionItem.active").Data.BillingInterval);
        Assert.NotNull(Read<SubscriptionItemActive>("variants/subscriptionItem.active.legacy-fields").Data.BillingInterval);

        var unlimited = Read<SubscriptionItemActive>("variants/subscriptionItem.active.unlimited-seats").Data;
        Assert.NotNull(unlimited.Seats);
        Assert.Null(unlimited.Seats.Quantity);
        Assert.Equal(900, unlimited.Plan?.UnitPrices[0].Tiers[1].AmountPerBlock);
        Assert.Null(unlimited.Plan?.UnitPrices[0].Tiers[1].EndsAfterBlock);
    }

    [Fact]
    public void Waitlist_and_invitations_are_read()
    {
        Assert.Equal("inv_3BLLENzNehguR60QvOUMhNXS9Ww", Read<WaitlistEntryUpdated>("waitlistEntry.updated").Data.Invitation?.Id);
        Assert.Equal("waitlistEntry", Read<WaitlistEntryCreated>("variants/waitlistEntry.created.object-camel").Data.ObjectType);
        Assert.True(Read<InvitationRevoked>("invitation.revoked").Data.Revoked);
    }

    [Fact]
    public void Unknown_types_keep_their_data()
    {
        var unknown = Read<UnknownEvent>("variants/unknown.event");

        Assert.Null(ClerkEventTypes.Find(unknown.Type));
        Assert.Equal(JsonValueKind.Object, unknown.Data?.ValueKind);
        Assert.Equal(unknown.Data?.GetProperty("id").GetString(), unknown.ObjectId);
    }

    [Fact]
    public void Families_take_all_their_events()
    {
        Assert.IsAssignableFrom<UserEvent>(Read("user.deleted"));
        Assert.IsAssignableFrom<UserChanged>(Read("user.created"));
        Assert.IsNotAssignableFrom<OrganizationMembershipChanged>(Read("organizationMembership.deleted"));
        Assert.Equal("past_due", Assert.IsAssignableFrom<SubscriptionEvent>(Read("subscription.pastDue")).Data.Status);
    }

    [Fact]
    public void Printing_shows_type_and_id_only()
    {
        var clerkEvent = Read<UserCreated>("user.created");

        Assert.Equal("user.created user_3BnYl8WR51kNpzKBU6zh5XiwIBp", clerkEvent.ToString());
        Assert.Equal("User user_3BnYl8WR51kNpzKBU6zh5XiwIBp", clerkEvent.Data.ToString());
        Assert.Equal("EmailAddress", clerkEvent.Data.EmailAddresses[0].ToString());
        Assert.Equal(clerkEvent.ToString(), ClerkEventReader.Read(Samples.Read("user.created")).ToString());
    }

    /// <summary>An override that forgets <c>sealed</c> would let a record print all its members.</summary>
    [Fact]
    public void No_record_prints_its_members()
    {
        var printing = typeof(ClerkEvent).Assembly.GetTypes()
            .Where(t => t.IsAssignableTo(typeof(ClerkEvent)) || t.IsAssignableTo(typeof(ClerkObject)))
            .Where(t => t.GetMethod(nameof(ToString), Type.EmptyTypes)!.DeclaringType is var owner
                && owner != typeof(ClerkEvent) && owner != typeof(ClerkObject));

        Assert.Empty(printing);
    }

    private static ClerkEvent Read(string sample) => SampleTests.Read(Samples.Read(sample));

    private static T Read<T>(string sample)
        where T : ClerkEvent => Assert.IsType<T>(Read(sample));

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
