using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Domains of organizations.</summary>
internal sealed class DomainKind(Instance instance) : Kind(instance, "organization_domain", "orgdmn_")
{
    protected override string EventFamily => "organizationDomain";

    public static string OrganizationOf(Entity domain) => domain.Text("organization_id")!;

    public IEnumerable<Entity> OfOrganization(string id) => Store.All().Where(d => OrganizationOf(d) == id);

    public Entity Create(string organizationId, JsonObject body)
    {
        Instance.Organizations.Get(organizationId);
        var domain = New(new()
        {
            ["affiliation_email_address"] = null,
            ["affiliation_verification"] = null,
            ["enrollment_mode"] = body["enrollment_mode"].AsText() ?? "manual_invitation",
            ["name"] = body["name"].AsText() ?? throw ClerkEmulatorException.MissingParameter("name"),
            ["organization_id"] = organizationId,
            ["ownership_verification"] = null,
            ["total_pending_invitations"] = 0,
            ["total_pending_suggestions"] = 0,
            ["verification"] = null,
        });
        SetVerified(domain, body);
        Made(domain);
        return domain;
    }

    public Entity Update(string id, JsonObject body)
    {
        var domain = Get(id);
        Copy(body, domain, "enrollment_mode");
        SetVerified(domain, body);
        Changed(domain);
        return domain;
    }

    public void DeleteOfOrganization(string organizationId)
    {
        foreach (var domain in OfOrganization(organizationId).ToArray())
        {
            Store.Remove(domain);
            Instance.Publish("organizationDomain.deleted", domain.Id, Stub(domain));
        }
    }

    public override ReadOnlyMemory<byte> Render(Entity entity, View view) =>
        SortedJson.Render(entity.Data, ("public_organization_data", Instance.Organizations.PublicData(OrganizationOf(entity))));

    private void SetVerified(Entity domain, JsonObject body)
    {
        if (!body.ContainsKey("verified"))
            return;
        JsonObject? verification = body["verified"].AsBool() != true ? null : new()
        {
            ["attempts"] = 1,
            ["expire_at"] = Instance.Clock.Now + 600_000,
            ["status"] = "verified",
            ["strategy"] = "affiliation_email_code",
            ["verified_at"] = null,
        };
        domain["affiliation_email_address"] = verification is null ? null : $"admin@{domain.Text("name")}";
        domain["affiliation_verification"] = verification;
        domain["verification"] = verification?.DeepClone();
    }
}
