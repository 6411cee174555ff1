using System.Text;
using ClerkSync.Events;

namespace ClerkSync.Tests.Events;

public sealed class WritingTests
{
    [Fact]
    public void Events_made_by_hand_hold_what_was_set()
    {
        var created = new UserCreated
        {
            Timestamp = 1785400012571,
            InstanceId = "ins_1",
            Data = new User
            {
                Id = "user_1",
                PrimaryEmailAddressId = "idn_1",
                EmailAddresses = [new EmailAddress { Id = "idn_1", Address = "ada@example.com" }],
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1785400012553),
                Banned = false,
            },
        };

        Assert.Equal("ada@example.com", created.Data.PrimaryEmailAddress);
        Assert.Equal(
            """
            {"data":{"id":"user_1","primary_email_address_id":"idn_1","email_addresses":[{"id":"idn_1","email_address":"ada@example.com"}],"banned":false,"created_at":1785400012553},"instance_id":"ins_1","object":"event","timestamp":1785400012571,"type":"user.created"}
            """,
            Encoding.UTF8.GetString(ClerkEventWriter.Write(created)));
    }

    [Fact]
    public void A_member_that_was_set_replaces_what_was_read()
    {
        var read = Assert.IsType<UserCreated>(SampleTests.Read(
            """{"data":{"id":"user_1","username":null,"banned":"yes","email_addresses":null},"timestamp":"soon","type":"user.created"}"""u8));

        var changed = read with { Timestamp = 1, Data = read.Data with { Username = "ada", Banned = true } };

        Assert.Equal(
            """{"data":{"id":"user_1","username":"ada","banned":true,"email_addresses":null},"timestamp":1,"type":"user.created"}""",
            Encoding.UTF8.GetString(ClerkEventWriter.Write(changed)));
        Assert.Equal(
            """{"data":{"id":"user_1","username":null,"banned":"yes","email_addresses":null},"type":"user.created","timestamp":"soon"}""",
            Encoding.UTF8.GetString(ClerkEventWriter.Write(read)));
    }

    [Fact]
    public void A_copy_has_its_own_extension_data()
    {
        var user = Assert.IsType<UserCreated>(SampleTests.Read("""{"data":{"id":"user_1","new_field":1},"type":"user.created"}"""u8)).Data;

        var copy = user with { FirstName = "Ada" };
        copy.ExtensionData.Clear();

        Assert.Single(user.ExtensionData);
    }

    [Fact]
    public void Empty_lists_that_were_sent_are_written_and_absent_ones_are_not()
    {
        const string Body = """{"data":{"id":"user_1","phone_numbers":[]},"type":"user.created"}""";

        Assert.Equal(Body, Encoding.UTF8.GetString(ClerkEventWriter.Write(SampleTests.Read(Encoding.UTF8.GetBytes(Body)))));
    }
}
