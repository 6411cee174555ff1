using System.Globalization;
using System.Text.Json.Nodes;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>One message about one object, and what it says of it.</summary>
/// <param name="Message">What is sent.</param>
/// <param name="Table">The mirror table of its subject.</param>
/// <param name="ObjectId">Its subject.</param>
/// <param name="UpdatedAt">The state's <c>updated_at</c>; 0 for a deletion.</param>
internal sealed record ObjectMessage(Message Message, string Table, string ObjectId, long UpdatedAt)
{
    public bool IsDeletion => UpdatedAt == 0;
}

/// <summary>Users and organizations with their memberships: signed up, changed several times, some deleted. Every state and event time is told apart.</summary>
internal sealed class Population
{
    private const long Start = 1785400000000;
    private const int UsersPerOrganization = 20;
    private const int UsersPerDeletion = 10;

    private readonly List<ObjectMessage> _messages = [];

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<ObjectMessage> Messages => _messages;

    public static Population Create(int users, int updates)
    {
        var population = new Population();
        for (var organization = 0; organization < users / UsersPerOrganization; organization++)
            population.Add("organization.created", "organizations", Id("org", organization), data => data["slug"] = Id("slug", organization));
        for (var user = 0; user < users; user++)
            population.AddUser("user.created", user, 0);
        for (var update = 1; update <= updates; update++)
        {
            for (var user = 0; user < users; user++)
            {
                population.AddUser("user.updated", user, update);
                if (update <= 2)
                    population.AddMembership(update == 1 ? "organizationMembership.created" : "organizationMembership.updated", user);
            }
        }

        for (var user = 0; user < users; user += UsersPerDeletion)
            population.AddDeletion("user.deleted", "users", Id("user", user));
        population.AddDeletion("organization.deleted", "organizations", Id("org", 0));
        return population;
    }

    /// <summary>The messages in an order of their own for each seed.</summary>
    public Message[] Shuffled(int seed)
    {
        Message[] shuffled = [.. _messages.Select(m => m.Message)];
        new Random(seed).Shuffle(shuffled);
        return shuffled;
    }

    private static string Id(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_3LoadOfUsersAndTeams{number:D7}");

    private void AddUser(string type, int user, int revision) => Add(type, "users", Id("user", user), data =>
    {
        data["first_name"] = string.Create(CultureInfo.InvariantCulture, $"Revision {revision}");
        data["username"] = Id("name", user);
        data["public_metadata"] = new JsonObject { ["revision"] = revision };
    });

    private void AddMembership(string type, int user) => Add(type, "organization_memberships", Id("orgmem", user), data =>
    {
        data["public_user_data"]!["user_id"] = Id("user", user);
        data["organization"]!["id"] = Id("org", user / UsersPerOrganization);
        data["organization"]!["updated_at"] = Start - 1;
    });

    private void AddDeletion(string type, string table, string id)
    {
        var body = Read(type, id);
        Append(body, table, id, updatedAt: 0);
    }

    private void Add(string type, string table, string id, Action<JsonObject> change)
    {
        var body = Read(type, id);
        var data = body["data"]!.AsObject();
        var updatedAt = Now - 3;
        data["updated_at"] = updatedAt;
        change(data);
        Append(body, table, id, updatedAt);
    }

    private long Now => Start + (_messages.Count * 10);

    private static JsonObject Read(string type, string id)
    {
        var body = JsonNode.Parse(Samples.Read(type))!.AsObject();
        body["data"]!["id"] = id;
        return body;
    }

    private void Append(JsonObject body, string table, string id, long updatedAt)
    {
        body["timestamp"] = Now;
        var messageId = string.Create(CultureInfo.InvariantCulture, $"msg_load_{_messages.Count:D6}");
        _messages.Add(new(new(messageId, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString())), table, id, updatedAt));
    }
}
