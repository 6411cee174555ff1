using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ClerkSync.EntityFrameworkCore;
using ClerkSync.Events;

namespace ClerkSync.Tests.Events;

/// <summary>Metadata as a type of the application.</summary>
public sealed partial class MetadataReadingTests
{
    private const string Secret = "Secret-Of-Ada";

    private static JsonTypeInfo<Customer> Type => Context.Default.Customer;

    [Fact]
    public void Each_kind_is_read_as_the_type()
    {
        var user = UserWith("""{"public_metadata":{"plan":"pro","seats":5},"private_metadata":{"plan":"p"},"unsafe_metadata":{"plan":"u","tags":["a"]}}""");
        Assert.Equal(("pro", 5), (user.ReadPublicMetadata(Type)!.Plan, user.ReadPublicMetadata(Type)!.Seats));
        Assert.Equal("p", user.ReadPrivateMetadata(Type)!.Plan);
        Assert.Equal(["a"], user.ReadUnsafeMetadata(Type)!.Tags!);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"public_metadata":null}""")]
    [InlineData("""{"public_metadata":{}}""")]
    public void Nothing_is_null(string json) => Assert.Null(UserWith(json).ReadPublicMetadata(Type));

    [Theory]
    [InlineData("""{"plan":"x","seats":"Secret-Of-Ada"}""", "public_metadata.seats")]
    [InlineData("""{"plan":"x","tags":["a",{"Secret-Of-Ada":1}]}""", "public_metadata.tags[1]")]
    [InlineData("""{"plan":"x","billing":{"due":"Secret-Of-Ada"}}""", "public_metadata.billing.due")]
    [InlineData("""{"plan":"x","level":"Secret-Of-Ada"}""", "public_metadata.level")]
    [InlineData("""{"plan":"x","picky":"Secret-Of-Ada"}""", "public_metadata.picky")]
    [InlineData("\"Secret-Of-Ada\"", "public_metadata")]
    [InlineData("""["Secret-Of-Ada"]""", "public_metadata")]
    public void What_does_not_fit_is_named_by_its_path_and_never_by_its_value(string metadata, string path)
    {
        var failure = Assert.Throws<ClerkMetadataException>(() => UserWith($$"""{"public_metadata":{{metadata}}}""").ReadPublicMetadata(Type));
        Assert.Equal(path, failure.Path);
        Assert.StartsWith($"{path} of User user_1 does not fit Customer", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_required_and_missing_is_named()
    {
        var failure = Assert.Throws<ClerkMetadataException>(() => UserWith("""{"public_metadata":{"seats":1}}""").ReadPublicMetadata(Type));
        Assert.Equal("public_metadata", failure.Path);
        Assert.Contains("which requires plan.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_with_control_characters_does_not_reach_a_terminal()
    {
        var user = UserWith("""{"public_metadata":{"a\u001b[31m":"x"}}""");
        var failure = Assert.Throws<ClerkMetadataException>(() => user.ReadPublicMetadata(Context.Default.DictionaryStringInt32));
        Assert.DoesNotContain('\u001b', failure.Message);
    }

    [Fact]
    public void Other_objects_are_read_alike()
    {
        var metadata = JsonElement.Parse("""{"plan":"pro"}""");
        Assert.Equal("pro", new Organization { PublicMetadata = metadata }.ReadPublicMetadata(Type)!.Plan);
        Assert.Equal("pro", new Organization { PrivateMetadata = metadata }.ReadPrivateMetadata(Type)!.Plan);
        Assert.Equal("pro", new OrganizationMembership { PublicMetadata = metadata }.ReadPublicMetadata(Type)!.Plan);
        Assert.Equal("pro", new OrganizationMembership { PrivateMetadata = metadata }.ReadPrivateMetadata(Type)!.Plan);
        Assert.Equal("pro", new Invitation { PublicMetadata = metadata }.ReadPublicMetadata(Type)!.Plan);
        Assert.Equal("pro", new OrganizationInvitation { PublicMetadata = metadata }.ReadPublicMetadata(Type)!.Plan);
        Assert.Equal("pro", new OrganizationInvitation { PrivateMetadata = metadata }.ReadPrivateMetadata(Type)!.Plan);
    }

    [Fact]
    public void Rows_of_the_mirror_are_read_alike()
    {
        const string metadata = """{"plan":"pro"}""";
        var user = new MirroredUser { Id = "user_1", PublicMetadata = metadata, UnsafeMetadata = """{"seats":"Secret-Of-Ada","plan":"x"}""" };
        Assert.Equal("pro", user.ReadPublicMetadata(Type)!.Plan);
        Assert.Null(user.ReadPrivateMetadata(Type));
        var failure = Assert.Throws<ClerkMetadataException>(() => user.ReadUnsafeMetadata(Type));
        Assert.StartsWith("unsafe_metadata.seats of user user_1 does not fit", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal("pro", new MirroredOrganization { Id = "org_1", PrivateMetadata = metadata }.ReadPrivateMetadata(Type)!.Plan);
        Assert.Equal("pro", new MirroredOrganization { Id = "org_1", PublicMetadata = metadata }.ReadPublicMetadata(Type)!.Plan);
        Assert.Equal("pro", new MirroredOrganizationMembership { Id = "orgmem_1", PublicMetadata = metadata }.ReadPublicMetadata(Type)!.Plan);
        Assert.Null(new MirroredOrganizationMembership { Id = "orgmem_1", PrivateMetadata = "{}" }.ReadPrivateMetadata(Type));
    }

    [Fact]
    public void A_type_without_a_context_is_read_through_its_options() =>
        Assert.Equal("pro", UserWith("""{"public_metadata":{"Plan":"pro"}}""").ReadPublicMetadata((JsonTypeInfo<Customer>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Customer)))!.Plan);

    private static User UserWith(string json)
    {
        var document = CanonicalDocument.Build(JsonElement.Parse(json), [], ("id", JsonElement.Parse("\"user_1\"")));
        return ClerkObjectReader.Read<User>(CanonicalDocument.Parse(document))!;
    }

    internal sealed record Customer
    {
        public required string Plan { get; init; }

        public int Seats { get; init; }

        public IReadOnlyList<string>? Tags { get; init; }

        public Billing? Billing { get; init; }

        public DayOfWeek Level { get; init; }

        public Picky? Picky { get; init; }
    }

    internal sealed record Billing(DateTimeOffset Due);

    /// <summary>Its converter repeats the value in its error.</summary>
    [JsonConverter(typeof(PickyConverter))]
    internal sealed record Picky;

    private sealed class PickyConverter : JsonConverter<Picky>
    {
        public override Picky Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new JsonException($"{reader.GetString()} is not nice.");

        public override void Write(Utf8JsonWriter writer, Picky value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
    [JsonSerializable(typeof(Customer))]
    [JsonSerializable(typeof(Dictionary<string, int>))]
    internal sealed partial class Context : JsonSerializerContext;
}
