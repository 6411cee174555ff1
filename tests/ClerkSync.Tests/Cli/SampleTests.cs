using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Cli.Triggering;
using ClerkSync.Tests.Documents;
using CsCheck;

namespace ClerkSync.Tests.Cli;

public sealed class SampleTests
{
    private static readonly string s_vectors = Repository.PathOf("tests", "Vectors", "samples");

    public static TheoryData<string> Types { get; } = new(SampleCatalogue.Types);

    public static TheoryData<string> Scenarios { get; } = new(Scenario.All.Select(scenario => scenario.Name));

    [Fact]
    public void The_program_carries_the_same_samples_as_the_tests()
    {
        var files = Directory.GetFiles(s_vectors, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(50, files.Count);
        Assert.Equal(files, SampleCatalogue.Types);
        foreach (var type in SampleCatalogue.Types)
            Assert.Equal(File.ReadAllBytes(Path.Join(s_vectors, type + ".json")), SampleCatalogue.Read(type));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void An_event_has_the_shape_of_its_sample_new_ids_and_happens_now(string type)
    {
        var sample = SampleCatalogue.ReadTree(type);
        var made = Make([type]).Single();

        Assert.Equal(Assignment.PathsOf(sample), Assignment.PathsOf(made), StringComparer.Ordinal);
        Assert.Equal(type, (string?)made["type"]);
        Assert.Equal(CliRun.Now.ToUnixTimeMilliseconds(), (long)made["timestamp"]!);

        var pairs = Texts(sample).Zip(Texts(made)).Where(pair => Identities.IsId(pair.First)).ToList();
        Assert.NotEmpty(pairs);
        foreach (var same in pairs.GroupBy(pair => pair.First, pair => pair.Second, StringComparer.Ordinal))
        {
            var newId = Assert.Single(same.Distinct(StringComparer.Ordinal));
            Assert.True(Identities.IsId(newId));
            Assert.Equal(same.Key[..(same.Key.LastIndexOf('_') + 1)], newId[..(newId.LastIndexOf('_') + 1)]);
            Assert.Equal(same.Key.StartsWith("ins_", StringComparison.Ordinal), string.Equals(same.Key, newId, StringComparison.Ordinal));
        }

        Assert.Equal(pairs.Select(pair => pair.First).Distinct(StringComparer.Ordinal).Count(), pairs.Select(pair => pair.Second).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Times_keep_their_distance(string type)
    {
        var sample = Times(SampleCatalogue.ReadTree(type)).ToList();
        var made = Times(Make([type]).Single()).ToList();

        Assert.Single(sample.Zip(made, (before, after) => after - before).Distinct());
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_one_gives_others()
    {
        Gen.Select(Gen.ULong, Gen.OneOf([.. SampleCatalogue.Types]), Gen.Int[0, 1000]).Sample((seed, type, index) =>
        {
            var first = Run([type], seed).Make(index, CliRun.Now).Single();
            var again = Run([type], seed, chance: 99).Make(index, CliRun.Now.AddDays(3)).Single();
            var other = Run([type], seed + 1).Make(index, CliRun.Now).Single();
            var next = Run([type], seed).Make(index + 1, CliRun.Now).Single();

            Assert.Equal(first.Id, again.Id);
            Assert.Equal(first.Body, again.Body);
            Assert.Equal(3, new HashSet<string>([first.Id, other.Id, next.Id], StringComparer.Ordinal).Count);
            Assert.NotEqual(first.Body, other.Body);
            Assert.NotEqual(first.Body, next.Body);
        }, iter: 200);
    }

    [Fact]
    public void Separate_runs_with_one_seed_speak_of_the_same_user()
    {
        var ids = new[] { "user.created", "user.updated", "user.deleted" }
            .Select(type => JsonNode.Parse(Run([type], 7).Make(0, CliRun.Now).Single().Body)!["data"]!["id"]!.ToString());

        Assert.Single(ids.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_pass_has_people_of_its_own()
    {
        var run = Run(["user.created"], seed: null);
        var bodies = Enumerable.Range(0, 200).Select(index => JsonNode.Parse(run.Make(index, CliRun.Now).Single().Body)!).ToList();

        Assert.Equal(200, bodies.Select(body => (string?)body["data"]!["id"]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(200, bodies.Select(body => (string?)body["data"]!["email_addresses"]![0]!["email_address"]).Distinct(StringComparer.Ordinal).Count());
        Assert.True(bodies.Select(body => (string?)body["data"]!["first_name"]).Distinct(StringComparer.Ordinal).Count() > 5);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void The_events_of_a_scenario_belong_together_and_happen_one_after_another(string name)
    {
        var bodies = Make([name]);
        var times = bodies.Select(body => (long)body["timestamp"]!).ToList();

        Assert.Equal(times.Order(), times);
        Assert.Equal(times.Count, times.Distinct().Count());
        Assert.Equal(CliRun.Now.ToUnixTimeMilliseconds(), times[^1]);
        Assert.Equal(bodies.Count, Run([name], 1).Make(0, CliRun.Now).Select(message => message.Id).Distinct(StringComparer.Ordinal).Count());

        var created = bodies.Where(body => (string?)body["type"] is "user.created").Select(body => (string?)body["data"]!["id"]).ToHashSet(StringComparer.Ordinal);
        var mentioned = bodies.SelectMany(Texts).Where(text => text.StartsWith("user_", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(created.Order(StringComparer.Ordinal), mentioned.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(bodies.SelectMany(Texts), text => text is "Mara" or "Lindqvist" or "Tomás" or "mara.lindqvist@example.com" or "tomas@lantern.example");
    }

    [Fact]
    public void In_the_team_two_people_are_members_of_one_organization()
    {
        var bodies = Make(["team"]);
        var users = bodies.Where(body => (string?)body["type"] is "user.created").Select(body => (string?)body["data"]!["id"]).ToList();
        var organization = bodies.Single(body => (string?)body["type"] is "organization.created")["data"]!;
        var memberships = bodies.Where(body => (string?)body["type"] is "organizationMembership.created").Select(body => body["data"]!).ToList();

        Assert.Equal(users, memberships.Select(membership => (string?)membership["public_user_data"]!["user_id"]), StringComparer.Ordinal);
        Assert.Equal(2, users.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(2, memberships.Select(membership => (string?)membership["id"]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(["org:admin", "org:member"], memberships.Select(membership => (string?)membership["role"]), StringComparer.Ordinal);
        foreach (var membership in memberships)
        {
            Assert.Equal((string?)organization["id"], (string?)membership["organization"]!["id"]);
            Assert.Equal((long)organization["created_at"]!, (long)membership["organization"]!["created_at"]!);
        }

        var changed = bodies.Single(body => (string?)body["type"] is "organizationMembership.updated")["data"]!;
        Assert.Equal((string?)memberships[1]["id"], (string?)changed["id"]);
    }

    private static List<JsonObject> Make(string[] names) =>
        [.. Run(names, seed: null).Make(0, CliRun.Now).Select(message => JsonNode.Parse(message.Body)!.AsObject())];

    private static SampleRun Run(string[] names, ulong? seed, ulong chance = 12345) =>
        new(SampleRun.StepsOf(names), [], seed, chance, instanceId: null, isScenario: false);

    private static IEnumerable<string> Texts(JsonNode? node) => Leaves(node)
        .Where(value => value.GetValueKind() == JsonValueKind.String)
        .Select(value => (string)value!);

    private static IEnumerable<long> Times(JsonNode? node) => Leaves(node)
        .Where(value => value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var number) && number > 1_000_000_000_000)
        .Select(value => (long)value!);

    private static IEnumerable<JsonValue> Leaves(JsonNode? node) => node switch
    {
        JsonObject inner => inner.SelectMany(pair => Leaves(pair.Value)),
        JsonArray array => array.SelectMany(Leaves),
        JsonValue value => [value],
        _ => [],
    };
}
