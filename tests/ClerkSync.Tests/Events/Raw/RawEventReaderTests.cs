using System.Text;
using System.Text.Json;
using ClerkSync.Events;
using CsCheck;

namespace ClerkSync.Tests.Events.Raw;

/// <summary>The reader in front of the mirror, compared with <see cref="ReferenceReader"/>.</summary>
public sealed class RawEventReaderTests
{
    public static TheoryData<string> All => Samples.AllAsTheory;

    [Theory]
    [MemberData(nameof(All))]
    public void A_sample_becomes_the_document_and_payload_of_the_reference(string name)
    {
        var body = Samples.Read(name);

        var reading = RawEventReader.Read(body);

        Assert.NotNull(reading.Event);
        Assert.Equal(DocumentRepairs.None, reading.Event.Repairs);
        AssertSameAsReference(body, reading.Event);
    }

    [Fact]
    public void Random_events_become_the_document_and_payload_of_the_reference() =>
        RandomJson.Event.Sample(text => AssertSameAsReference(Encoding.UTF8.GetBytes(text), ReadEvent(text)), iter: 5_000);

    [Fact]
    public void What_was_cut_stays_cut_and_the_document_stays_the_same_when_a_payload_is_read_again() =>
        RandomJson.Event.Sample(text =>
        {
            var first = ReadEvent(text);

            var second = RawEventReader.Read(first.Payload).Event!;

            Assert.Equal(Text(first.Document), Text(second.Document));
            Assert.Equal(Text(first.Payload), Text(second.Payload));
            Assert.Equal((first.Type, first.OccurredAt, first.InstanceId), (second.Type, second.OccurredAt, second.InstanceId));
        }, iter: 2_000);

    [Fact]
    public void A_document_read_again_as_data_stays_the_same() =>
        RandomJson.Event.Sample(text =>
        {
            var first = ReadEvent(text);

            var second = ReadEvent($$"""{"data":{{Text(first.Document)}},"type":"{{first.Type}}"}""");

            Assert.Equal(Text(first.Document), Text(second.Document));
            Assert.Equal(DocumentRepairs.None, second.Repairs);
            Assert.Equal(Text(first.Document), Text(CanonicalDocument.Build(first.Data, [])));
        }, iter: 2_000);

    [Theory]
    [InlineData("email.created", "424242", "is your verification code")]
    [InlineData("sms.created", "424242", "is your")]
    [InlineData("variants/email.created.unicode-escapes", "424242", "verification code")]
    [InlineData("invitation.created", "ticket=", "__clerk_ticket")]
    [InlineData("organizationInvitation.created", "ticket=", "__clerk_ticket")]
    [InlineData("waitlistEntry.updated", "ticket=", "__clerk_ticket")]
    [InlineData("session.created", "\"nonce\"", "\"token\"")]
    [InlineData("user.updated", "\"nonce\"", "\"backup_codes\"")]
    [InlineData("variants/user.created.web3-only", "\"nonce\"", "\"message\"")]
    public void Nothing_secret_is_left(string sample, params string[] secrets)
    {
        var raw = RawEventReader.Read(Samples.Read(sample)).Event!;

        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, Text(raw.Document), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, Text(raw.Payload), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("public_metadata")]
    [InlineData("private_metadata")]
    [InlineData("unsafe_metadata")]
    public void Metadata_keeps_members_that_are_named_like_secrets(string metadata)
    {
        const string Own = """{"backup_codes":[1],"message":"m","nested":[{"otp_code":"1","verification":{"message":"x"}}],"ticket":"t","token":"t","url":"https://lantern.example"}""";
        var text = $$$"""{"data":{"id":"user_1","{{{metadata}}}":{{{Own}}},"token":"secret","x":[{"{{{metadata}}}":{{{Own}}}}]},"type":"user.updated"}""";

        var raw = ReadEvent(text);

        Assert.Equal($$$"""{"id":"user_1","{{{metadata}}}":{{{Own}}},"x":[{"{{{metadata}}}":{{{Own}}}}]}""", Text(raw.Document));
        Assert.Equal(text.Replace("\"token\":\"secret\",", "", StringComparison.Ordinal).Replace(",\"token\":\"secret\"", "", StringComparison.Ordinal), Text(raw.Payload).Replace(",\"token\":\"secret\"", "", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", Text(raw.Payload), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"token":"S"}""", "{}")]
    [InlineData("""{"token":"S","a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1,"token":"S"}""", """{"a":1}""")]
    [InlineData("""{"a":1,"token":"S","b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"token":"S","url":"S"}""", "{}")]
    [InlineData("""{"token":"S","url":"S","a":1,"nonce":"S","ticket":"S"}""", """{"a":1}""")]
    [InlineData("""{ "token" : "S" , "a" : 1 , "url" : [ "S" ] }""", """{ "a" : 1 }""")]
    [InlineData("""{"to\u006ben":"S","a":{"token":{"token":"S"}}}""", """{"a":{}}""")]
    [InlineData("""{"token":"S","token":"S","a":[{"url":"S"},{"a":1,"url":"S"}]}""", """{"a":[{},{"a":1}]}""")]
    [InlineData("""{"verification":{"message":"S","nonce":"S","status":"v"},"message":"kept"}""", """{"verification":{"status":"v"},"message":"kept"}""")]
    [InlineData("""{"verification":[{"message":"S"}],"x":{"message":"kept"}}""", """{"verification":[{}],"x":{"message":"kept"}}""")]
    public void A_secret_goes_with_one_comma_and_all_other_bytes_stay(string data, string kept)
    {
        var raw = ReadEvent($$"""{ "type":"user.updated", "data" : {{data}} }""");

        Assert.Equal($$"""{ "type":"user.updated", "data" : {{kept}} }""", Text(raw.Payload));
        Assert.DoesNotContain("\"S\"", Text(raw.Document), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"data":{"otp_code":"S","id":"e"},"data":null,"type":"email.created"}""")]
    [InlineData("""{"data":{"body":"S","subject":"S","id":"e"},"type":7}""")]
    [InlineData("""{"data":[{"otp_code":"S"}],"type":"email.created"}""")]
    [InlineData("""{"type":"email.created","data":{"body":"S"},"data":{"id":"e"}}""")]
    [InlineData("""{"data":{"body":"S"},"data":{"id":"e"},"type":"user.updated"}""")]
    public void Secrets_are_cut_from_what_is_no_event_and_from_what_is_superseded(string body) =>
        Assert.DoesNotContain("\"S\"", Text(RawEventReader.Read(Encoding.UTF8.GetBytes(body)).Payload), StringComparison.Ordinal);

    [Theory]
    [InlineData("1e3", "1000")]
    [InlineData("1.785400000123e12", "1785400000123")]
    [InlineData("-12E+2", "-1200")]
    [InlineData("9.223372036854775807e18", "9223372036854775807")]
    [InlineData("-9223372036854775808e0", "-9223372036854775808")]
    [InlineData("9.223372036854775808e18", "9.223372036854775808e18")]
    [InlineData("1.5e0", "1.5e0")]
    [InlineData("15e-1", "15e-1")]
    [InlineData("10e-1", "10e-1")]
    [InlineData("1e20", "1e20")]
    [InlineData("1.0", "1.0")]
    [InlineData("-0", "-0")]
    [InlineData("0e99999999999", "0")]
    [InlineData("-0.0E-20000", "0")]
    [InlineData("1e309", "\"1e309\"")]
    [InlineData("1e-400", "\"1e-400\"")]
    [InlineData("1e99999999999", "\"1e99999999999\"")]
    [InlineData("9223372036854775808", "\"9223372036854775808\"")]
    public void Numbers_are_written_as_every_database_reads_them(string number, string kept) =>
        Assert.Equal("{\"n\":" + kept + "}", Text(ReadEvent("{\"type\":\"t\",\"data\":{\"n\":" + number + "}}").Document));

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\udfff\\ud800")]
    [InlineData("\\u0000")]
    public void Half_a_character_in_a_key_of_the_envelope_is_no_matter(string key) =>
        Assert.Equal("t", ReadEvent("{\"" + key + "\":\"" + key + "\",\"type\":\"t\",\"data\":{}}").Type);

    [Fact]
    public void A_name_may_be_escaped() =>
        Assert.Equal("user.updated", ReadEvent("""{"\u0074ype":"user\u002eupdated","d\u0061ta":{}}""").Type);

    private static RawEvent ReadEvent(string text) => RawEventReader.Read(Encoding.UTF8.GetBytes(text)) is { Event: { } raw } reading
        ? raw
        : throw new InvalidOperationException($"{RawEventReader.Read(Encoding.UTF8.GetBytes(text)).Why}\n{text}");

    private static void AssertSameAsReference(byte[] body, RawEvent raw)
    {
        var text = Encoding.UTF8.GetString(body);
        var (document, isRepaired) = ReferenceReader.Document(text);
        Assert.Equal(document, Text(raw.Document));
        Assert.Equal(ReferenceReader.Payload(text), Text(raw.Payload));
        if (isRepaired)
            Assert.NotEqual(DocumentRepairs.None, raw.Repairs);
        using var payload = JsonDocument.Parse(raw.Payload);
        Assert.Equal(JsonValueKind.Object, payload.RootElement.ValueKind);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
