namespace ClerkSync.Cli.Triggering;

/// <summary>One event of a run.</summary>
/// <param name="Type">The event type, which names the sample.</param>
/// <param name="As">Whose event it is, where that is not the sample's own person.</param>
/// <param name="At">When it happens in the story, in ms; null: when the sample says.</param>
/// <param name="Set">Values that differ from the sample's.</param>
internal sealed record SampleStep(string Type, StoryPerson? As = null, long? At = null, params IReadOnlyList<Assignment> Set)
{
    public long StoryTime => At ?? SampleCatalogue.TimeOf(Type);
}

/// <summary>A named sequence of events that belong together.</summary>
internal sealed record Scenario(string Name, string Description, params IReadOnlyList<SampleStep> Steps)
{
    /// <summary>Null when there is none of that name.</summary>
    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => string.Equals(scenario.Name, name, StringComparison.Ordinal));

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("sign-up", "somebody signs up: the code is mailed, the user exists, the session begins",
            new SampleStep("email.created"),
            new SampleStep("user.created"),
            new SampleStep("session.created")),

        new("team", "a user founds an organization, a second one joins and becomes its admin",
            new SampleStep("user.created"),
            new SampleStep("organization.created"),
            // the creator's own membership comes with the organization; the sample shows the second person's
            new SampleStep("organizationMembership.created", StoryPerson.Mara, 1_785_401_501_950,
                Assignment.Parse("data.role=org:admin"), Assignment.Parse("data.role_name=Admin"), Assignment.Parse("data.organization.members_count=1"),
                Assignment.Parse("""data.permissions=["org:sys_profile:manage","org:sys_profile:delete","org:sys_memberships:read","org:sys_memberships:manage","org:sys_domains:read","org:sys_domains:manage","org:sys_billing:read","org:sys_billing:manage"]""")),
            new SampleStep("user.created", StoryPerson.Tomas, 1_785_404_100_000),
            new SampleStep("organizationMembership.created"),
            new SampleStep("organizationInvitation.created"),
            new SampleStep("organizationMembership.updated")),

        new("churn", "a paying user cancels, the period ends, and the user deletes the account",
            new SampleStep("user.created"),
            new SampleStep("subscription.created"),
            new SampleStep("session.created"),
            new SampleStep("session.ended"),
            new SampleStep("subscriptionItem.active"),
            new SampleStep("subscription.updated"),
            new SampleStep("subscriptionItem.canceled"),
            new SampleStep("subscriptionItem.ended"),
            new SampleStep("user.deleted")),
    ];
}
