using System.Globalization;
using System.Text.Json.Nodes;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>Makes up objects of a few ids each, so that states, parents and copies meet.</summary>
internal sealed class HistoryDocuments(Random random, int seed)
{
    private static readonly string?[] Names = ["Mara", "Tomás", "Zo\"ë\\", "李雷", "Ali\nce", "", null];

    private readonly Dictionary<string, long> _stamps = new(StringComparer.Ordinal);

    /// <summary>Clerk's clock, in Unix ms.</summary>
    public long Now { get; set; }

    public JsonObject Data(string subject, bool isDeletion)
    {
        var data = subject switch
        {
            "user" => User(UserId()),
            "organization" => Organization(OrganizationId()),
            "organizationMembership" => Membership(),
            "organizationInvitation" => OrganizationInvitation(),
            "organizationDomain" => Domain(),
            "role" => Role(),
            "permission" => Permission(),
            "session" => Session(),
            "invitation" => Invitation(),
            "waitlistEntry" => WaitlistEntry(),
            "subscription" => Subscription(),
            "subscriptionItem" => SubscriptionItem(),
            _ => PaymentAttempt(),
        };
        return isDeletion && Chance(60) ? new() { ["deleted"] = true, ["id"] = (string)data["id"]!, ["object"] = subject } : data;
    }

    public JsonObject Email() => new() { ["id"] = Id("ema", 9), ["body"] = "Your code is 424242", ["status"] = "queued", ["user_id"] = Chance(70) ? UserId() : null };

    /// <summary>Data of a type that nobody knows: it may be about any object.</summary>
    public JsonObject Touched() => new() { ["id"] = Chance(50) ? UserId() : OrganizationId(), ["first_name"] = Name() };

    public JsonObject Nameless()
    {
        var user = User(UserId());
        user["id"] = Chance(50) ? 7 : "";
        return user;
    }

    private string UserId() => Id("user", 3);

    private string OrganizationId() => Id("org", 2);

    private string Id(string prefix, int count) => Numbered(prefix, random.Next(count));

    private string Numbered(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{seed}x{number}");

    private bool Chance(int percent) => random.Next(100) < percent;

    private string? Name() => Names[random.Next(Names.Length)];

    private T? Maybe<T>(T value)
        where T : class => Chance(85) ? value : null;

    private JsonObject User(string id) => Stamped(new()
    {
        ["id"] = id,
        ["object"] = "user",
        ["first_name"] = Name(),
        ["last_name"] = Name(),
        ["external_id"] = Maybe("crm-" + id),
        ["banned"] = Chance(20),
        ["primary_email_address_id"] = "idn_1",
        ["public_metadata"] = Metadata(),
        ["email_addresses"] = new JsonArray(new JsonObject { ["id"] = "idn_1", ["email_address"] = $"{id}@Example.com", ["nonce"] = "secret" }),
    });

    private JsonObject Organization(string id) => Stamped(new()
    {
        ["id"] = id,
        ["object"] = "organization",
        ["name"] = Name(),
        ["slug"] = Maybe("slug-" + id),
        ["members_count"] = random.Next(3),
        ["created_by"] = UserId(),
        ["private_metadata"] = Metadata(),
    });

    /// <summary>Six pairs of user and organization, each with two memberships: who leaves and joins again gets a new one.</summary>
    private JsonObject Membership()
    {
        var user = random.Next(3);
        var organization = random.Next(2);
        var data = Stamped(new()
        {
            ["id"] = Numbered("orgmem", (user * 10) + (organization * 100) + random.Next(2)),
            ["object"] = "organization_membership",
            ["role"] = Chance(50) ? "org:admin" : "org:member",
            ["organization"] = Organization(Numbered("org", organization)),
            ["public_user_data"] = PublicUser(Numbered("user", user)),
            ["public_metadata"] = Metadata(),
        });
        if (Chance(8))
            data.Remove(Chance(50) ? "organization" : "public_user_data");
        return data;
    }

    private JsonObject OrganizationInvitation()
    {
        var number = random.Next(4);
        var organization = Numbered("org", number % 2);
        var data = Stamped(new()
        {
            ["id"] = Numbered("orginv", number),
            ["object"] = "organization_invitation",
            ["organization_id"] = organization,
            ["status"] = "pending",
            ["public_organization_data"] = PublicOrganization(organization),
            ["url"] = "https://example.com/?ticket=secret",
        });
        if (Chance(70))
        {
            var inviter = UserId();
            data["public_inviter_data"] = PublicUser(inviter);
            if (Chance(60))
                data["inviter_id"] = inviter;
        }

        if (Chance(30))
            data["user_id"] = UserId();
        if (Chance(10))
            data.Remove("organization_id");
        return data;
    }

    private JsonObject Domain()
    {
        var number = random.Next(3);
        var organization = Numbered("org", number % 2);
        return Stamped(new()
        {
            ["id"] = Numbered("orgdmn", number),
            ["object"] = "organization_domain",
            ["name"] = "example.com",
            ["organization_id"] = Maybe(organization),
            ["public_organization_data"] = Maybe(PublicOrganization(organization)),
            ["total_pending_invitations"] = random.Next(4),
        });
    }

    private JsonObject Role() => Stamped(new()
    {
        ["id"] = Id("role", 2),
        ["object"] = "role",
        ["key"] = "org:role",
        ["name"] = Name(),
        ["permissions"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => (JsonNode)Permission())]),
    });

    private JsonObject Permission() => Stamped(new() { ["id"] = Id("perm", 3), ["object"] = "permission", ["key"] = "org:x:read", ["name"] = Name() });

    private JsonObject Session()
    {
        var number = random.Next(4);
        var user = Numbered("user", number % 3);
        return Stamped(new()
        {
            ["id"] = Numbered("sess", number),
            ["object"] = "session",
            ["status"] = Chance(50) ? "active" : "ended",
            ["user_id"] = Maybe(user),
            ["user"] = Chance(60) ? User(user) : null,
            ["last_active_at"] = Now,
        });
    }

    private JsonObject Invitation() => Stamped(new()
    {
        ["id"] = Id("inv", 2),
        ["object"] = "invitation",
        ["email_address"] = "guest@example.com",
        ["revoked"] = Chance(50),
        ["url"] = "https://example.com/?ticket=secret",
    });

    private JsonObject WaitlistEntry() => Stamped(new()
    {
        ["id"] = Id("wle", 2),
        ["object"] = "waitlist_entry",
        ["email_address"] = "guest@example.com",
        ["status"] = "pending",
        ["invitation"] = Chance(60) ? Invitation() : null,
    });

    private JsonObject Subscription() => Stamped(new()
    {
        ["id"] = Id("csub", 2),
        ["object"] = "commerce_subscription",
        ["status"] = "active",
        ["payer"] = Payer(),
        ["payer_id"] = Maybe("cpayer_1"),
        ["items"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => (JsonNode)Item())]),
    });

    private JsonObject SubscriptionItem()
    {
        var item = Item();
        item["payer"] = Payer();
        item["subscription_id"] = Id("csub", 2);
        return item;
    }

    private JsonObject Item() => Stamped(new()
    {
        ["id"] = Id("csub_item", 3),
        ["object"] = "commerce_subscription_item",
        ["status"] = "active",
        ["subscription_id"] = null,
        ["plan"] = new JsonObject { ["id"] = "cplan_1", ["amount"] = random.Next(3) },
    });

    private JsonObject PaymentAttempt() => Stamped(new()
    {
        ["id"] = Id("pa", 2),
        ["object"] = "commerce_payment_attempt",
        ["status"] = "paid",
        ["payer"] = Payer(),
    });

    private JsonObject? Payer() => random.Next(10) switch
    {
        < 5 => new() { ["id"] = "cpayer_1", ["user_id"] = UserId(), ["organization_id"] = "", ["email"] = "payer@example.com", ["first_name"] = Name(), ["updated_at"] = Now },
        < 9 => new() { ["id"] = "cpayer_2", ["user_id"] = "", ["organization_id"] = OrganizationId(), ["organization_name"] = Name() },
        _ => null,
    };

    private JsonObject PublicUser(string id) => new()
    {
        ["user_id"] = id,
        ["first_name"] = Name(),
        ["last_name"] = Name(),
        ["identifier"] = $"{id}@example.com",
        ["has_image"] = Chance(50),
    };

    private JsonObject PublicOrganization(string id) => new() { ["id"] = id, ["name"] = Name(), ["slug"] = "slug-" + id };

    private JsonObject Metadata() => random.Next(5) switch
    {
        0 => new() { ["n"] = 1.5, ["url"] = "kept", ["list"] = new JsonArray(1, "zwei", null) },
        1 => new() { ["große"] = JsonNode.Parse("1e5"), ["b"] = true, ["a"] = new JsonObject { ["z"] = 1, ["y"] = "ü\u2028/</>" } },
        2 => new() { ["text"] = "\"quoted\" \\ back\tslash" },
        _ => [],
    };

    /// <summary>Versions that repeat, run backwards or are missing; fewer would decide too much by the stamp alone.</summary>
    private JsonObject Stamped(JsonObject data)
    {
        var id = (string)data["id"]!;
        var last = _stamps.GetValueOrDefault(id, Now);
        var stamp = random.Next(10) switch { < 4 => last, 4 => last - 1, _ => Now };
        _stamps[id] = stamp;
        data["created_at"] = 1_785_300_000_000;
        if (!Chance(10))
            data["updated_at"] = stamp;
        return data;
    }
}
