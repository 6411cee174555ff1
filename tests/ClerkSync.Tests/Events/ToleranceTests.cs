using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Events;

namespace ClerkSync.Tests.Events;

public sealed class ToleranceTests
{
    [Theory]
    [InlineData("", UnreadableReason.Empty)]
    [InlineData("\uFEFF", UnreadableReason.Empty)]
    [InlineData(" ", UnreadableReason.NotJson)]
    [InlineData("hello", UnreadableReason.NotJson)]
    [InlineData("""{"type":"user.created","data":{"id":"user_1"}""", UnreadableReason.NotJson)]
    [InlineData("""{"type":"user.created","data":{"id":"user_1"}} {}""", UnreadableReason.NotJson)]
    [InlineData("""{"type":"user.created",/* no */"data":{"id":"user_1"}}""", UnreadableReason.NotJson)]
    [InlineData("[]", UnreadableReason.NotAnObject)]
    [InlineData("null", UnreadableReason.NotAnObject)]
    [InlineData("\"user.created\"", UnreadableReason.NotAnObject)]
    [InlineData("{}", UnreadableReason.MissingType)]
    [InlineData("""{"type":null}""", UnreadableReason.MissingType)]
    [InlineData("""{"type":7}""", UnreadableReason.MissingType)]
    [InlineData("""{"type":""}""", UnreadableReason.MissingType)]
    [InlineData("""{"type":["user.created"]}""", UnreadableReason.MissingType)]
    [InlineData("""{"type":"user.created"}""", UnreadableReason.MissingData)]
    [InlineData("""{"type":"user.created","data":null}""", UnreadableReason.MissingData)]
    [InlineData("""{"type":"user.created","data":[]}""", UnreadableReason.MissingData)]
    [InlineData("""{"type":"user.created","data":{}}""", UnreadableReason.MissingId)]
    [InlineData("""{"type":"user.created","data":{"id":null}}""", UnreadableReason.MissingId)]
    [InlineData("""{"type":"user.created","data":{"id":""}}""", UnreadableReason.MissingId)]
    [InlineData("""{"type":"user.created","data":{"id":5}}""", UnreadableReason.MissingId)]
    [InlineData("""{"type":"user.created","data":{"id":"user_1","id":null}}""", UnreadableReason.MissingId)]
    public void What_is_no_event_has_a_reason(string body, UnreadableReason reason)
    {
        var result = ClerkEventReader.Read(Encoding.UTF8.GetBytes(body));

        Assert.False(result.IsReadable);
        Assert.Equal(reason, result.Reason);
        Assert.NotNull(result.Why);
        Assert.Equal(result.Why, result.ToString());
    }

    [Fact]
    public void Invalid_utf8_has_a_reason()
    {
        byte[] body = [.. """{"type":"user.created","data":{"id":"user_1","first_name":" """u8, 0xC3, 0x28, .. "\"}}"u8];

        Assert.Equal(UnreadableReason.InvalidUtf8, ClerkEventReader.Read(body).Reason);
    }

    [Theory]
    [InlineData("[", ']')]
    [InlineData("{\"a\":", '}')]
    public void Nesting_of_a_hundred_thousand_levels_is_refused(string opening, char close)
    {
        var deep = new StringBuilder("""{"type":"user.created","data":{"id":"user_1","unsafe_metadata":""")
            .Append(string.Concat(Enumerable.Repeat(opening, 100_000))).Append('1').Append(close, 100_000).Append("}}").ToString();

        Assert.Equal(UnreadableReason.TooDeep, ClerkEventReader.Read(Encoding.UTF8.GetBytes(deep)).Reason);
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Equal(UnreadableReason.TooDeep, ClerkEventReader.Read(Encoding.UTF8.GetBytes(new string('[', 100_000))).Reason);

    /// <summary>8 KB of metadata, which is all that Clerk takes, as deep as it gets.</summary>
    [Fact]
    public void Users_cannot_make_their_events_unreadable_by_nesting()
    {
        var nested = new string('[', 4096) + new string(']', 4096);
        var body = """{"data":{"id":"user_1","unsafe_metadata":[]},"type":"user.created"}""".Replace("[]", nested, StringComparison.Ordinal);

        var clerkEvent = SampleTests.Read(Encoding.UTF8.GetBytes(body));

        Assert.Equal(body, Encoding.UTF8.GetString(ClerkEventWriter.Write(clerkEvent)));
    }

    [Fact]
    public void A_byte_order_mark_is_no_obstacle()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Samples.Read("user.created")];

        Assert.IsType<UserCreated>(SampleTests.Read(body));
    }

    [Fact]
    public void Values_of_a_wrong_type_are_kept_and_cost_nothing_else()
    {
        var body = """
            {"type":"user.created","timestamp":"soon","instance_id":5,"object":[],"event_attributes":"none","data":{
            "id":"user_1","username":{"a":1},"banned":"yes","created_at":"2026","updated_at":12.5,"last_active_at":99999999999999999,
            "lockout_expires_in_seconds":92233720368547758080,"email_addresses":"none","phone_numbers":[{"id":"idn_1"},7],"passkeys":{},
            "organization_memberships":[{"role":"org:admin"}],"scim":[],"first_name":"Ada","public_metadata":[1]}}
            """u8.ToArray();

        var created = Assert.IsType<UserCreated>(SampleTests.Read(body));

        Assert.Null(created.OccurredAt);
        Assert.Null(created.InstanceId);
        Assert.Null(created.EventAttributes);
        var user = created.Data;
        Assert.Equal("Ada", user.FirstName);
        Assert.Null(user.Username);
        Assert.Null(user.Banned);
        Assert.Null(user.CreatedAt);
        Assert.Null(user.UpdatedAt);
        Assert.Null(user.LastActiveAt);
        Assert.Null(user.LockoutExpiresInSeconds);
        Assert.Empty(user.EmailAddresses);
        Assert.Empty(user.PhoneNumbers);
        Assert.Empty(user.OrganizationMemberships);
        Assert.Equal(7, user.ExtensionData["phone_numbers"][1].GetInt32());
        SampleTests.AssertSameJson(body, ClerkEventWriter.Write(created));
    }

    [Theory]
    [MemberData(nameof(Samples.AllAsTheory), MemberType = typeof(Samples))]
    public void Nulls_everywhere_are_read_and_written_back(string sample)
    {
        var body = WithNulls(Samples.Read(sample));

        var clerkEvent = SampleTests.Read(body);

        Assert.Null(clerkEvent.OccurredAt);
        Assert.NotNull(clerkEvent.ObjectId);
        SampleTests.AssertSameJson(body, ClerkEventWriter.Write(clerkEvent));
    }

    [Fact]
    public void Unknown_fields_are_kept()
    {
        var user = Assert.IsType<UserUpdated>(SampleTests.Read(Samples.Read("variants/user.updated.unknown-fields"))).Data;

        Assert.Equal(3, user.ExtensionData["brand_new_field"].GetProperty("nested").GetArrayLength());
    }

    [Fact]
    public void Unicode_escapes_are_the_same_as_the_characters()
    {
        var escaped = Assert.IsType<OrganizationMembershipCreated>(SampleTests.Read(Samples.Read("variants/organizationMembership.created.unicode-escapes")));
        var plain = Assert.IsType<OrganizationMembershipCreated>(SampleTests.Read(Samples.Read("organizationMembership.created")));

        Assert.Equal("Okafor-Żak", escaped.Data.PublicUserData?.LastName);
        Assert.Equal(ClerkEventWriter.Write(plain), ClerkEventWriter.Write(escaped));
    }

    [Theory]
    [InlineData("\\u0000", "\0")]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("\\ud83d", "\ufffd")]
    [InlineData("\\ude00", "\ufffd")]
    [InlineData("\\uDE00\\uD83D", "\ufffd\ufffd")]
    [InlineData("\\ud83d\\ud83d\\ude00", "\ufffd😀")]
    [InlineData("\\ud83dx", "\ufffdx")]
    [InlineData("\\\\ud83d", "\\ud83d")]
    [InlineData("\\\\\\ud83d", "\\\ufffd")]
    public void Odd_characters_in_texts_and_names_are_read(string json, string text)
    {
        var body = Encoding.UTF8.GetBytes(
            """{"type":"user.created","data":{"id":"user_1","first_name":"*","*":1,"unsafe_metadata":{"a":"*"}}}""".Replace("*", json, StringComparison.Ordinal));

        var user = Assert.IsType<UserCreated>(SampleTests.Read(body)).Data;

        Assert.Equal(text, user.FirstName);
        Assert.Equal(1, user.ExtensionData[text].GetInt32());
        Assert.Equal(text, user.UnsafeMetadata?.GetProperty("a").GetString());
    }

    [Fact]
    public void Of_repeated_fields_the_last_one_counts()
    {
        var user = Assert.IsType<UserCreated>(SampleTests.Read(
            """{"type":"user.updated","type":"user.created","data":1,"data":{"id":"user_0","id":"user_1","username":"a","username":null,"first_name":7,"first_name":"b"}}"""u8)).Data;

        Assert.Equal("user_1", user.Id);
        Assert.Null(user.Username);
        Assert.Equal("b", user.FirstName);
        Assert.Equal(["username"], user.ExtensionData.Keys);
    }

    [Fact]
    public void Numbers_beyond_64_bits_are_kept_as_they_are()
    {
        var body = """{"data":{"id":"user_1","created_at":123456789012345678901234567890,"public_metadata":{"n":1e400}},"timestamp":1e400,"type":"user.created"}"""u8.ToArray();

        var created = Assert.IsType<UserCreated>(SampleTests.Read(body));

        Assert.Null(created.Timestamp);
        Assert.Null(created.Data.CreatedAt);
        var written = Encoding.UTF8.GetString(ClerkEventWriter.Write(created));
        Assert.Contains("\"created_at\":123456789012345678901234567890", written, StringComparison.Ordinal);
        Assert.Contains("\"n\":1e400", written, StringComparison.Ordinal);
        Assert.Contains("\"timestamp\":1e400", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"new.thing"}""", null)]
    [InlineData("""{"data":null,"type":"new.thing"}""", null)]
    [InlineData("""{"data":[1],"type":"new.thing"}""", null)]
    [InlineData("""{"data":{"id":"x_1"},"type":"User.Created"}""", "x_1")]
    [InlineData("""{"data":{"id":"sess_1"},"type":"session.updated"}""", "sess_1")]
    public void Unknown_types_are_events_whatever_they_carry(string body, string? id)
    {
        var unknown = Assert.IsType<UnknownEvent>(SampleTests.Read(Encoding.UTF8.GetBytes(body)));

        Assert.Equal(id, unknown.ObjectId);
        Assert.Equal(body, Encoding.UTF8.GetString(ClerkEventWriter.Write(unknown)));
    }

    // Every field but type, data and id becomes null.
    private static byte[] WithNulls(byte[] sample)
    {
        var envelope = JsonNode.Parse(sample)!.AsObject();
        var data = envelope["data"]!.AsObject();
        foreach (var name in data.Select(f => f.Key).Except(["id"], StringComparer.Ordinal).ToList())
        {
            data[name] = null;
        }

        foreach (var name in envelope.Select(f => f.Key).Except(["type", "data"], StringComparer.Ordinal).ToList())
        {
            envelope[name] = null;
        }

        return Encoding.UTF8.GetBytes(envelope.ToJsonString());
    }
}
