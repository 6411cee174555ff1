using System.Text.Json;
using ClerkSync.Events;

namespace ClerkSync.Tests.Events;

public sealed class SampleTests
{
    // Made up for the sample, long gone at Clerk, and a null in Clerk's example of role.deleted that no schema explains.
    private static readonly string[] FieldsThatNobodyNeeds = ["$.data.brand_new_field", "$.data.birthday", "$.data.gender", "$.data.slug"];

    [Theory]
    [MemberData(nameof(Samples.AllAsTheory), MemberType = typeof(Samples))]
    public void Reads_to_the_record_of_its_type(string sample)
    {
        var body = Samples.Read(sample);
        using var json = JsonDocument.Parse(body);
        var type = json.RootElement.GetProperty("type").GetString()!;

        var clerkEvent = Read(body);

        Assert.Equal(type, clerkEvent.Type);
        Assert.Equal(ClerkEventTypes.Find(type)?.EventType ?? typeof(UnknownEvent), clerkEvent.GetType());
        Assert.Equal(ClerkEventTypes.Find(type)?.DataType, clerkEvent.Resource?.GetType());
        Assert.Equal(json.RootElement.GetProperty("data").GetProperty("id").GetString(), clerkEvent.ObjectId);
    }

    [Theory]
    [MemberData(nameof(Samples.AllAsTheory), MemberType = typeof(Samples))]
    public void Writes_back_without_loss(string sample)
    {
        var body = Samples.Read(sample);

        var written = ClerkEventWriter.Write(Read(body));

        AssertSameJson(body, written);
    }

    /// <summary>Without this one, writing back could be an echo of the extension data.</summary>
    [Theory]
    [MemberData(nameof(Samples.AllAsTheory), MemberType = typeof(Samples))]
    public void Every_value_has_a_member(string sample)
    {
        var clerkEvent = Read(Samples.Read(sample));
        var left = clerkEvent.ExtensionData.Select(e => $"$.{e.Key}")
            .Concat(FieldsWithoutMember("$.data", clerkEvent.Resource))
            .Concat(FieldsWithoutMember("$.event_attributes", clerkEvent.EventAttributes));

        Assert.Empty(left.Except(FieldsThatNobodyNeeds, StringComparer.Ordinal));
    }

    internal static ClerkEvent Read(ReadOnlySpan<byte> body)
    {
        var result = ClerkEventReader.Read(body);
        Assert.True(result.IsReadable, result.Why);
        return result.Event;
    }

    internal static void AssertSameJson(byte[] expected, byte[] actual)
    {
        using var left = JsonDocument.Parse(expected);
        using var right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), System.Text.Encoding.UTF8.GetString(actual));
    }

    // An explicit null is in the extension data on purpose; anything else there means that a member is missing or has the wrong type.
    private static IEnumerable<string> FieldsWithoutMember(string path, ClerkObject? owner)
    {
        if (owner is null)
        {
            yield break;
        }

        var members = PayloadRecords.FieldsOf(owner.GetType());
        foreach (var (name, value) in owner.ExtensionData)
        {
            if (value.ValueKind != JsonValueKind.Null || members.All(m => !string.Equals(m.Name, name, StringComparison.Ordinal)))
            {
                yield return $"{path}.{name}";
            }
        }

        foreach (var member in members)
        {
            var children = member.Get!(owner) switch
            {
                ClerkObject child => [child],
                IEnumerable<ClerkObject> list => list,
                _ => [],
            };
            foreach (var entry in children.SelectMany(c => FieldsWithoutMember($"{path}.{member.Name}", c)))
            {
                yield return entry;
            }
        }
    }
}
