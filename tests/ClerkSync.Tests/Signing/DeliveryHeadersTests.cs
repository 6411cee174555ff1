using ClerkSync.Signing;
using Microsoft.Extensions.Primitives;

namespace ClerkSync.Tests.Signing;

public sealed class DeliveryHeadersTests
{
    private static readonly KeyValuePair<string, string>[] Svix =
        [new("svix-id", "msg_1"), new("svix-timestamp", "1700000000"), new("svix-signature", "v1,x")];

    private static readonly KeyValuePair<string, string>[] Webhook =
        [new("webhook-id", "msg_2"), new("webhook-timestamp", "1700000001"), new("webhook-signature", "v1,y")];

    [Fact]
    public void The_svix_family_wins_when_both_are_present()
    {
        Assert.True(DeliveryHeaders.TryRead([.. Webhook, .. Svix], out var headers, out var refusal));
        Assert.Null(refusal);
        Assert.Equal((HeaderFamily.Svix, "msg_1", 1700000000), (headers.Family, headers.Id, headers.Timestamp));
    }

    [Fact]
    public void The_webhook_family_is_read_when_it_is_alone()
    {
        Assert.True(DeliveryHeaders.TryRead(Webhook, out var headers, out _));
        Assert.Equal((HeaderFamily.Webhook, "msg_2", 1700000001), (headers.Family, headers.Id, headers.Timestamp));
    }

    [Theory]
    [InlineData("svix-id")]
    [InlineData("svix-timestamp")]
    [InlineData("svix-signature")]
    public void One_svix_header_alone_forbids_the_other_family(string name)
    {
        Assert.False(DeliveryHeaders.TryRead([.. Webhook, new(name, "1")], out _, out var refusal));
        Assert.Equal((RefusalReason.MissingHeaders, "missing_headers"), (refusal.Reason, refusal.Code));
    }

    [Theory]
    [InlineData("svix-id")]
    [InlineData("svix-timestamp")]
    [InlineData("svix-signature")]
    public void A_missing_or_empty_header_is_named(string name)
    {
        var others = Without(name);

        Assert.False(DeliveryHeaders.TryRead(others, out _, out var absent));
        Assert.False(DeliveryHeaders.TryRead([.. others, new(name, "")], out _, out var empty));
        Assert.Equal(RefusalReason.MissingHeaders, absent.Reason);
        Assert.Contains($"The header {name} ", absent.Message, StringComparison.Ordinal);
        Assert.Equal(absent.Message, empty.Message);
    }

    [Fact]
    public void Without_any_header_the_names_that_Clerk_sends_are_told()
    {
        Assert.False(DeliveryHeaders.TryRead([new KeyValuePair<string, string>("accept", "*/*")], out _, out var refusal));
        Assert.Contains("svix-id, svix-timestamp and svix-signature", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("svix-id", "SVIX-ID")]
    [InlineData("svix-timestamp", "Svix-Timestamp")]
    [InlineData("svix-signature", "svix-signature")]
    public void A_header_that_occurs_twice_is_refused_from_every_kind_of_source(string name, string again)
    {
        var value = Svix.Except(Without(name)).Single().Value;
        KeyValuePair<string, string>[] pairs = [.. Svix, new(again, value)];
        var byName = Without(name).ToDictionary(h => h.Key, h => new StringValues(h.Value), StringComparer.Ordinal);
        byName.Add(name, new StringValues([value, value]));
        var lists = byName.Select(h => KeyValuePair.Create<string, IEnumerable<string>>(h.Key, h.Value.ToArray()!));

        Assert.False(DeliveryHeaders.TryRead(pairs, out _, out var fromPairs));
        Assert.False(DeliveryHeaders.TryRead(lists, out _, out var fromLists));
        Assert.False(DeliveryHeaders.TryRead(byName, static (source, key) => source.GetValueOrDefault(key), out _, out var fromLookup));
        Assert.All([fromPairs, fromLists, fromLookup], refusal =>
        {
            Assert.Equal((RefusalReason.MalformedHeaders, "malformed_headers"), (refusal.Reason, refusal.Code));
            Assert.Contains($"{name} occurs 2 times", refusal.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("msg 1")]
    [InlineData("msg\t1")]
    [InlineData("müsg")]
    [InlineData("msg_\u007f")]
    public void An_id_with_other_than_printable_ASCII_is_malformed(string id) => AssertMalformed("svix-id", id);

    [Fact]
    public void An_id_has_at_most_256_characters()
    {
        AssertMalformed("svix-id", new string('a', 257));
        Assert.True(DeliveryHeaders.TryRead([new("svix-id", new string('a', 256)), .. Svix[1..]], out _, out _));
    }

    [Theory]
    [InlineData("+1700000000")]
    [InlineData("-1700000000")]
    [InlineData("01700000000")]
    [InlineData(" 1700000000")]
    [InlineData("1700000000 ")]
    [InlineData("1e9")]
    [InlineData("١٧٠٠٠٠٠٠٠٠")]
    [InlineData("1700000000000000")]
    public void A_timestamp_is_nothing_but_digits(string timestamp) => AssertMalformed("svix-timestamp", timestamp);

    [Fact]
    public void A_timestamp_with_decimals_is_explained() =>
        Assert.Contains("decimal point", AssertMalformed("svix-timestamp", "1700000000.123").Message, StringComparison.Ordinal);

    private static KeyValuePair<string, string>[] Without(string name) =>
        [.. Svix.Where(h => !h.Key.Equals(name, StringComparison.Ordinal))];

    private static DeliveryRefusal AssertMalformed(string name, string value)
    {
        Assert.False(DeliveryHeaders.TryRead([.. Without(name), new(name, value)], out var headers, out var refusal));
        Assert.Equal(default, headers);
        Assert.Equal(RefusalReason.MalformedHeaders, refusal.Reason);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        return refusal;
    }
}
