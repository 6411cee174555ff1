using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Emulator;

/// <summary>Items of subscriptions, and the plans and subscriptions around them.</summary>
public sealed class EmulatedBilling : EmulatedObjects<SubscriptionItem>
{
    internal EmulatedBilling(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Creates a plan. Clerk has no event for it.</summary>
    /// <param name="slug">For example <c>pro</c>.</param>
    /// <param name="name">The name that people see.</param>
    /// <param name="monthlyFee">In cents; 0 for a free plan.</param>
    /// <param name="isForOrganizations">Whether organizations pay; otherwise users do.</param>
    /// <returns>The id of the plan, <c>cplan_…</c>.</returns>
    public string CreatePlan(string slug, string name, long monthlyFee, bool isForOrganizations = false) =>
        Do(i => i.Billing.Plans.Create(slug, name, monthlyFee, isForOrganizations, isDefault: false).Id);

    /// <summary>A user or an organization takes a plan: an item becomes active, and the item that was active ends.</summary>
    /// <param name="ownerId">The id of the user or of the organization.</param>
    /// <param name="planId">The plan.</param>
    /// <param name="isFreeTrial">Whether it is a trial.</param>
    /// <returns>The item.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such owner or plan.</exception>
    public SubscriptionItem Subscribe(string ownerId, string planId, bool isFreeTrial = false) => Make(i => i.Billing.Subscribe(ownerId, planId, isFreeTrial));

    /// <summary>Sets the status of an item; the event bears the name of the status.</summary>
    /// <param name="id">The item.</param>
    /// <param name="status"><c>active</c>, <c>canceled</c>, <c>past_due</c>, <c>upcoming</c>, <c>ended</c>, <c>abandoned</c> or <c>incomplete</c>.</param>
    /// <returns>The item.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such item.</exception>
    public SubscriptionItem SetStatus(string id, string status) => Make(i => i.Billing.Items.SetStatus(id, status));

    /// <summary>A paid renewal: the next period begins.</summary>
    /// <param name="id">The item.</param>
    /// <returns>The item.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such item.</exception>
    public SubscriptionItem Renew(string id) => Make(i => i.Billing.Items.Renew(id));

    /// <summary>Tells that a free trial ends soon; nothing changes.</summary>
    /// <param name="id">The item.</param>
    /// <exception cref="ClerkEmulatorException">There is no such item.</exception>
    public void TellFreeTrialEnding(string id) => Act(i => i.Billing.Items.Tell(i.Billing.Items.Get(id), "freeTrialEnding"));

    internal override Kind KindOf(Instance instance) => instance.Billing.Items;
}
