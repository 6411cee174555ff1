using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Events;
using CsCheck;

namespace ClerkSync.Tests.Events;

/// <summary>Random damage to real shapes. A failure prints the seed; set <c>CsCheck_Seed</c> to run it again.</summary>
public sealed class MutationTests
{
    private static readonly string[] Replacements =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "123456789012345678901234567890", "\"\"", "\"text\"", "\"\\u0000\"", "[]", "[null]", "[1,{}]", "{}",
        "{\"id\":\"x_1\"}", "{\"id\":null,\"object\":7}", "[[[[[]]]]]",
    ];

    private static readonly Gen<string> Sample = Gen.Int[0, Samples.All.Count - 1].Select(i => Samples.All[i]);

    [Fact]
    public void Damaged_fields_never_throw_and_are_written_back() =>
        Gen.Select(Sample, Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, Replacements.Length]).Array[1, 6]).Sample((sample, damages) =>
        {
            var json = JsonNode.Parse(Samples.Read(sample))!.AsObject();
            foreach (var (place, replacement) in damages)
            {
                Damage(json, place, replacement);
            }

            var body = Encoding.UTF8.GetBytes(json.ToJsonString());
            var result = ClerkEventReader.Read(body);

            if (result.IsReadable)
            {
                SampleTests.AssertSameJson(body, ClerkEventWriter.Write(result.Event));
            }
            else
            {
                // Only damage to what everything hangs on may make an event unreadable.
                Assert.True(result.Reason is UnreadableReason.MissingType or UnreadableReason.MissingData or UnreadableReason.MissingId, result.Why);
            }
        }, iter: 3_000);

    [Fact]
    public void Damaged_bytes_never_throw() =>
        Gen.Select(Sample, Gen.Select(Gen.Double[0, 1], Gen.Byte).Array[1, 4], Gen.Double[0, 1]).Sample((sample, damages, end) =>
        {
            var body = Samples.Read(sample);
            foreach (var (place, value) in damages)
            {
                body[(int)(place * (body.Length - 1))] = value;
            }

            // One time in two the end is cut off as well.
            var length = end < 0.5 ? body.Length : (int)(body.Length * (end - 0.5) * 2);
            var result = ClerkEventReader.Read(body.AsSpan(0, length));

            Assert.Equal(result.IsReadable, result.Reason == UnreadableReason.None);
            if (result.IsReadable)
            {
                Assert.NotEmpty(ClerkEventWriter.Write(result.Event));
            }
        }, iter: 3_000);

    private static void Damage(JsonObject root, int place, int replacement)
    {
        var fields = FieldsBelow(root).ToList();
        var (owner, name) = fields[place % fields.Count];
        if (replacement == Replacements.Length)
        {
            owner.Remove(name);
        }
        else
        {
            owner[name] = JsonNode.Parse(Replacements[replacement]);
        }
    }

    private static IEnumerable<(JsonObject Owner, string Name)> FieldsBelow(JsonNode? node) => node switch
    {
        JsonObject owner => owner.SelectMany(field => FieldsBelow(field.Value).Prepend((owner, field.Key))),
        JsonArray list => list.SelectMany(FieldsBelow),
        _ => [],
    };
}
