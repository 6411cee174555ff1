using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClerkSync.Backfill;
using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Tests.Events;

/// <summary>Whether a merge would change anything, and how large its result is.</summary>
public sealed partial class MetadataMergeTests(ITestOutputHelper output)
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("{}", "{}", false)]
    [InlineData("""{"a":1}""", "{}", false)]
    [InlineData("""{"a":1}""", """{"a":1}""", false)]
    [InlineData("""{"a":1}""", """{"a":1.0}""", false)]
    [InlineData("""{"a":9007199254740992}""", """{"a":9007199254740993}""", false)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", true)]
    [InlineData("""{"a":1}""", """{"a":2}""", true)]
    [InlineData("""{"a":1}""", """{"b":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":null}""", true)]
    [InlineData("""{"a":1}""", """{"b":null}""", false)]
    [InlineData("""{"a":null}""", """{"a":null}""", false)]
    [InlineData("""{"a":null}""", """{"a":0}""", true)]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1}}""", false)]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"c":null}}""", true)]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"c":{"d":null}}}""", false)]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"c":{}}}""", true)]
    [InlineData("""{"a":{"c":{}}}""", """{"a":{"c":{}}}""", false)]
    [InlineData("""{"a":7}""", """{"a":{}}""", true)]
    [InlineData("""{"a":{"b":1}}""", """{"a":7}""", true)]
    [InlineData("""{"a":[1,2]}""", """{"a":[1,2]}""", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", true)]
    [InlineData("""{"a":[{"x":null}]}""", """{"a":[{"x":null}]}""", false)]
    [InlineData("""{"a":[{"x":null}]}""", """{"a":[{}]}""", true)]
    [InlineData("\"text\"", """{"a":1}""", true)]
    [InlineData("null", "{}", false)]
    public void A_merge_changes_something_or_not(string present, string changes, bool changed) =>
        Assert.Equal(changed, MetadataMerge.Changes(JsonElement.Parse(present), JsonElement.Parse(changes)));

    /// <summary><c>CLERKSYNC_SEED</c> repeats a run.</summary>
    [Fact]
    public void It_is_what_the_merge_itself_says()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CLERKSYNC_SEED"), CultureInfo.InvariantCulture, out var given) ? given : RandomNumberGenerator.GetInt32(1_000_000_000);
        output.WriteLine($"CLERKSYNC_SEED={seed}");
        var chance = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var (present, changes) = (RandomObject(chance, 3, nulls: false), RandomObject(chance, 3, nulls: true));
            var merged = (JsonObject)present.DeepClone();
            JsonNodes.Merge(merged, changes);
            var (before, change) = (Parse(present), Parse(changes));
            var isChanged = !JsonElement.DeepEquals(Parse(merged), before);
            var said = MetadataMerge.Changes(before, change);

            // the one difference: an object that would come into being only because something in it is removed
            Assert.True(said == isChanged || (isChanged && JsonElement.DeepEquals(WithoutHollows(merged), WithoutHollows(present))), $"{present} + {changes}");
            Assert.Equal(Encoding.UTF8.GetByteCount(WithoutEscapes(merged.ToJsonString(Compact))), MetadataMerge.SizeOf(before, change));
            Assert.False(MetadataMerge.Changes(Parse(merged), change));
        }
    }

    [Fact]
    public void Whatever_depth_users_have_given_theirs()
    {
        var present = JsonDocument.Parse($$"""{"deep":{{new string('[', 4000)}}{{new string(']', 4000)}},"a":1}""", new JsonDocumentOptions { MaxDepth = 10_000 }).RootElement;
        var changes = JsonElement.Parse("""{"a":1}""");
        Assert.False(MetadataMerge.Changes(present, changes));
        Assert.Equal(8015, MetadataMerge.SizeOf(present, changes));
    }

    private static JsonElement Parse(JsonNode node) => JsonElement.Parse(node.ToJsonString());

    private static JsonElement WithoutHollows(JsonObject value)
    {
        var copy = (JsonObject)value.DeepClone();
        Prune(copy);
        return Parse(copy);

        static void Prune(JsonObject inside)
        {
            foreach (var (name, inner) in inside.ToList())
            {
                if (inner is JsonObject deeper)
                {
                    Prune(deeper);
                    if (deeper.Count == 0)
                        inside.Remove(name);
                }
            }
        }
    }

    [Theory]
    [InlineData("""{"a":"😀😀"}""")]
    [InlineData("{\"a😀\":\"<>&'+ü\u2028\u007f\u0085\ue000/\"}")]
    [InlineData("""{"a":"\"\\\n\u0001\\u00e9 \\ud83d"}""")]
    public void Size_is_that_of_compact_UTF8(string json)
    {
        var size = Encoding.UTF8.GetByteCount(json);
        Assert.Equal(size, MetadataMerge.SizeOf(JsonElement.Parse(json), JsonElement.Parse("{}")));
        Assert.Equal(size, MetadataMerge.SizeOf(JsonElement.Parse("{}"), new ClerkMetadataChanges().Public(JsonNode.Parse(json)!.AsObject()).Kinds["public_metadata"]));
    }

    [Fact]
    public void Half_a_character_that_a_user_has_written_can_be_compared_and_measured()
    {
        var present = MetadataWriter.Parse("""{"theme":"\ud800","\udc00":[1]}"""u8);
        Assert.True(MetadataMerge.Changes(present, JsonElement.Parse("""{"theme":"dark"}""")));
        Assert.Equal(Encoding.UTF8.GetByteCount("{\"theme\":\"\ufffd\",\"\ufffd\":[1],\"a\":1}"), MetadataMerge.SizeOf(present, JsonElement.Parse("""{"a":1}""")));
    }

    [Fact]
    public void Changes_that_cannot_be_written_are_an_argument_that_is_wrong()
    {
        Assert.Throws<ArgumentException>(() => new ClerkMetadataChanges().Public(default(JsonElement)));
        Assert.Throws<ArgumentException>(() => new ClerkMetadataChanges().Public(JsonElement.Parse("""{"a":"\ud800"}""")));
    }

    private static string WithoutEscapes(string json) =>
        EscapedPair().Replace(json, pair => JsonElement.Parse($"\"{pair.Value}\"").GetString()!);

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")]
    private static partial Regex EscapedPair();

    private static JsonObject RandomObject(Random chance, int depth, bool nulls)
    {
        JsonObject result = [];
        for (var i = chance.Next(4); i > 0; i--)
            result[((char)('a' + chance.Next(3))).ToString()] = RandomValue(chance, depth, nulls);
        return result;
    }

    private static JsonNode? RandomValue(Random chance, int depth, bool nulls) => chance.Next(depth > 0 ? 6 : 3) switch
    {
        0 => nulls ? null : JsonValue.Create(true),
        1 => JsonValue.Create(chance.Next(3)),
        2 => JsonValue.Create(new[] { "x", "ü<\"", "😀" }[chance.Next(3)]),
        3 => new JsonArray(JsonValue.Create(chance.Next(2)), RandomObject(chance, depth - 1, nulls: true)),
        _ => RandomObject(chance, depth - 1, nulls),
    };
}
