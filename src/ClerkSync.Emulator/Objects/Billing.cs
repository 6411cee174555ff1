using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Plans, subscriptions and their items: who pays for what. One subscription for each payer.</summary>
internal sealed class Billing
{
    private readonly Instance _instance;

    public Billing(Instance instance)
    {
        _instance = instance;
        Plans = new(instance);
        Items = new(instance, this);
        Subscriptions = new(instance, this);
    }

    public PlanKind Plans { get; }

    public SubscriptionItemKind Items { get; }

    public SubscriptionKind Subscriptions { get; }

    /// <summary>With billing on, a new payer gets a subscription to the free default plan.</summary>
    public void OnPayerMade(string payerOwnerId, bool isUser)
    {
        if (_instance.Settings.HasBilling && Plans.DefaultFor(isUser) is { } plan)
            Subscribe(payerOwnerId, plan.Id, isFreeTrial: false);
    }

    /// <summary>Starts an item. The one that was active ends.</summary>
    public Entity Subscribe(string ownerId, string planId, bool isFreeTrial)
    {
        var isUser = ownerId.StartsWith(UserKind.Prefix, StringComparison.Ordinal);
        _ = isUser ? _instance.Users.Get(ownerId) : _instance.Organizations.Get(ownerId);
        var plan = Plans.Get(planId);
        var subscription = Subscriptions.OfOwner(ownerId);
        var isNew = subscription is null;
        subscription ??= Subscriptions.Create(ownerId);
        if (Items.OfSubscription(subscription.Id).FirstOrDefault(i => i.Text("status") == "active") is { } present)
            Items.SetStatus(present.Id, "ended", tellsSubscription: false);
        var item = Items.Create(subscription, plan, isFreeTrial);
        if (isNew)
            Subscriptions.Tell(subscription, "created");
        Items.Tell(item, "active");
        if (!isNew)
            Subscriptions.Change(subscription, "active", "updated");
        return item;
    }

    /// <summary>Who pays, as billing objects show it. What does not apply is an empty text.</summary>
    public ReadOnlyMemory<byte> PayerOf(Entity subscription)
    {
        var ownerId = subscription.Text("owner_id")!;
        var user = ownerId.StartsWith(UserKind.Prefix, StringComparison.Ordinal) ? _instance.Users.Find(ownerId) : null;
        var organization = user is null ? _instance.Organizations.Find(ownerId) : null;
        return SortedJson.Render(new()
        {
            ["created_at"] = subscription.CreatedAt,
            ["email"] = user is null ? "" : UserIdentity.Email.PrimaryIn(user) ?? "",
            ["first_name"] = user?.Text("first_name") ?? "",
            ["id"] = subscription.Text("payer_id"),
            ["image_url"] = (user ?? organization)?.Text("image_url") ?? "",
            ["last_name"] = user?.Text("last_name") ?? "",
            ["object"] = "commerce_payer",
            ["organization_id"] = organization?.Id ?? "",
            ["organization_name"] = organization?.Text("name") ?? "",
            ["updated_at"] = subscription.CreatedAt,
            ["user_id"] = user?.Id ?? "",
        });
    }
}

/// <summary>Plans. There are no events for them.</summary>
internal sealed class PlanKind(Instance instance) : Kind(instance, "commerce_plan", "cplan_")
{
    protected override string EventFamily => "plan";

    public Entity? DefaultFor(bool isUser) => Store.All().FirstOrDefault(p => p.Is("is_default") && p.Text("for_payer_type") == (isUser ? "user" : "org"));

    public Entity Create(string slug, string name, long amount, bool isForOrganizations, bool isDefault)
    {
        var plan = New(new()
        {
            ["amount"] = amount,
            ["annual_fee"] = null,
            ["annual_monthly_fee"] = null,
            ["avatar_url"] = null,
            ["currency"] = "USD",
            ["description"] = null,
            ["features"] = new JsonArray(),
            ["fee"] = Money(amount),
            ["for_payer_type"] = isForOrganizations ? "org" : "user",
            ["free_trial_days"] = null,
            ["free_trial_enabled"] = false,
            ["has_base_fee"] = amount > 0,
            ["is_default"] = isDefault,
            ["is_recurring"] = amount > 0,
            ["name"] = name,
            ["product_id"] = _product,
            ["publicly_visible"] = true,
            ["slug"] = slug,
        });
        Store.Add(plan);
        return plan;
    }

    public override ReadOnlyMemory<byte> Render(Entity entity, View view)
    {
        var data = (JsonObject)entity.Data.DeepClone();
        if (view == View.Event)
        {
            string[] shown = ["amount", "currency", "id", "is_recurring", "name", "slug"];
            foreach (var name in data.Select(m => m.Key).Except(shown, StringComparer.Ordinal).ToArray())
                data.Remove(name);
            return SortedJson.Render(data);
        }

        foreach (var name in (ReadOnlySpan<string>)["amount", "currency", "created_at", "updated_at"])
            data.Remove(name);
        return SortedJson.Render(data);
    }

    private readonly string _product = instance.NextId("cprd_");

    private static JsonObject Money(long amount) => new()
    {
        ["amount"] = amount,
        ["amount_formatted"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{amount / 100m:0.00}"),
        ["currency"] = "USD",
        ["currency_symbol"] = "$",
    };
}

/// <summary>Subscriptions: shown with payer and items.</summary>
internal sealed class SubscriptionKind(Instance instance, Billing billing) : Kind(instance, "commerce_subscription", "csub_")
{
    private readonly Dictionary<string, Entity> _byOwner = new(StringComparer.Ordinal);

    protected override string EventFamily => "subscription";

    public Entity? OfOwner(string ownerId) => _byOwner.GetValueOrDefault(ownerId);

    public Entity Create(string ownerId)
    {
        var subscription = New(new()
        {
            ["canceled_at"] = null,
            ["ended_at"] = null,
            ["latest_payment_id"] = null,
            ["owner_id"] = ownerId,
            ["past_due_at"] = null,
            ["payer_id"] = Instance.NextId("cpayer_"),
            ["payment_source_id"] = null,
            ["status"] = "active",
        });
        subscription["active_at"] = subscription.CreatedAt;
        Store.Add(subscription);
        _byOwner[ownerId] = subscription;
        return subscription;
    }

    public void Tell(Entity subscription, string what) => Publish(what, subscription);

    /// <summary>Sets the status and tells it: <c>active</c> and <c>pastDue</c> have events of their own.</summary>
    public void Change(Entity subscription, string status, string? what = null)
    {
        var isNewStatus = subscription.Text("status") != status;
        subscription["status"] = status;
        Stamp(subscription);
        if (isNewStatus && subscription.Data.ContainsKey($"{status}_at"))
            subscription[$"{status}_at"] = subscription.Number("updated_at");
        Publish(what ?? (isNewStatus ? status switch { "active" => "active", "past_due" => "pastDue", _ => "updated" } : "updated"), subscription);
    }

    public override ReadOnlyMemory<byte> Render(Entity entity, View view)
    {
        var data = (JsonObject)entity.Data.DeepClone();
        data.Remove("owner_id");
        var items = SortedJson.RenderList(billing.Items.OfSubscription(entity.Id).Where(i => i.Text("status") != "ended").Select(i => billing.Items.RenderInside(i, view)));
        return SortedJson.Render(data, (view == View.Event ? "items" : "subscription_items", items), ("payer", billing.PayerOf(entity)));
    }
}

/// <summary>Items of subscriptions.</summary>
internal sealed class SubscriptionItemKind(Instance instance, Billing billing) : Kind(instance, "commerce_subscription_item", "csub_item_")
{
    private const long Month = 30L * 86_400_000;

    private readonly EntityIndex _bySubscription = new();

    protected override string EventFamily => "subscriptionItem";

    public IReadOnlyList<Entity> OfSubscription(string id) => _bySubscription.Of(id);

    public Entity PlanOf(Entity item) => billing.Plans.Get(item.Text("plan_id")!);

    public Entity SubscriptionOf(Entity item) => billing.Subscriptions.Get(item.Text("subscription_id")!);

    public Entity Create(Entity subscription, Entity plan, bool isFreeTrial)
    {
        var item = New(new()
        {
            ["canceled_at"] = null,
            ["ended_at"] = null,
            ["interval"] = "month",
            ["is_free_trial"] = isFreeTrial,
            ["past_due_at"] = null,
            ["plan_id"] = plan.Id,
            ["status"] = "active",
            ["subscription_id"] = subscription.Id,
        });
        item["period_start"] = item.CreatedAt;
        item["period_end"] = plan.Is("is_recurring") ? item.CreatedAt + Month : null;
        Store.Add(item);
        _bySubscription.Add(subscription.Id, item);
        return item;
    }

    public void Tell(Entity item, string what) => Publish(what, item);

    /// <summary>Sets the status of an item: the event bears its name.</summary>
    public Entity SetStatus(string id, string status, bool tellsSubscription = true)
    {
        var item = Get(id);
        item["status"] = status;
        Stamp(item);
        if (item.Data.ContainsKey($"{status}_at"))
            item[$"{status}_at"] = item.Number("updated_at");
        Publish(status == "past_due" ? "pastDue" : status, item);
        if (tellsSubscription)
            billing.Subscriptions.Change(SubscriptionOf(item), status == "past_due" ? status : "active");
        return item;
    }

    /// <summary>A change that leaves the status alone, such as a renewal.</summary>
    public Entity Renew(string id)
    {
        var item = Get(id);
        item["period_start"] = item.Number("period_end") ?? Instance.Clock.Now;
        item["period_end"] = item.Number("period_start") + Month;
        Changed(item);
        return item;
    }

    /// <summary>As it stands in the list of its subscription: without payer, and without the subscription's id.</summary>
    public ReadOnlyMemory<byte> RenderInside(Entity entity, View view) => SortedJson.Render(Shown(entity, view),
        ("plan", billing.Plans.Render(PlanOf(entity), view)),
        ("subscription_id", view == View.Event ? "null"u8.ToArray() : System.Text.Encoding.ASCII.GetBytes($"\"{entity.Text("subscription_id")}\"")));

    public override ReadOnlyMemory<byte> Render(Entity entity, View view) => SortedJson.Render(Shown(entity, view),
        ("payer", billing.PayerOf(SubscriptionOf(entity))), ("plan", billing.Plans.Render(PlanOf(entity), view)));

    private static JsonObject Shown(Entity entity, View view)
    {
        var data = (JsonObject)entity.Data.DeepClone();
        if (view == View.Event)
        {
            foreach (var name in (ReadOnlySpan<string>)["canceled_at", "ended_at", "past_due_at"])
                data.Remove(name);
        }

        return data;
    }
}
