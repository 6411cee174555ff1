using System.Text.Json;
using ClerkSync.Events;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Events;

/// <summary>The catalogue is complete: names, records, samples and documentation agree in both directions.</summary>
public sealed class CatalogueTests
{
    private static readonly string[] OutsideTheSpecification =
        ["invitation.accepted", "invitation.created", "invitation.revoked", "subscriptionItem.created", "subscriptionItem.expired"];

    [Fact]
    public void Holds_45_specified_types_and_five_others()
    {
        Assert.Equal(50, ClerkEventTypes.All.Count);
        Assert.Equal(OutsideTheSpecification, ClerkEventTypes.All.Where(t => !t.IsSpecified).Select(t => t.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Every_type_has_a_constant_of_its_records_name()
    {
        var constants = typeof(ClerkEventTypes).GetFields().Where(f => f.IsLiteral).ToDictionary(f => f.Name, f => (string)f.GetRawConstantValue()!, StringComparer.Ordinal);

        Assert.Equal(constants, ClerkEventTypes.All.ToDictionary(t => t.EventType.Name, t => t.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_type_has_a_record_of_its_own_and_every_record_a_type()
    {
        var records = typeof(ClerkEvent).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(ClerkEvent)) && !t.IsAbstract).Except([typeof(UnknownEvent)]);

        Assert.Equal(
            records.Select(t => t.Name).Order(StringComparer.Ordinal),
            ClerkEventTypes.All.Select(t => t.EventType.Name).Order(StringComparer.Ordinal));
        Assert.All(ClerkEventTypes.All, t => Assert.EndsWith("Event", FamilyOf(t).Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_record_says_the_name_it_is_read_from()
    {
        foreach (var type in ClerkEventTypes.All)
        {
            using var data = JsonDocument.Parse("""{"id":"x_1"}""");
            var clerkEvent = type.Read(data.RootElement)!;
            Assert.Equal(type.Name, clerkEvent.Type);
            Assert.IsType(type.EventType, clerkEvent);
            Assert.IsType(type.DataType, clerkEvent.Resource);
            Assert.Same(type, ClerkEventTypes.Find(type.Name));
        }
    }

    [Fact]
    public void Every_type_has_a_sample_and_every_sample_is_of_a_type()
    {
        Assert.Equal(ClerkEventTypes.All.Select(t => t.Name).Order(StringComparer.Ordinal), Samples.Plain.Order(StringComparer.Ordinal));
        foreach (var sample in Samples.All.Except(["variants/unknown.event"], StringComparer.Ordinal))
        {
            using var json = JsonDocument.Parse(Samples.Read(sample));
            var type = json.RootElement.GetProperty("type").GetString()!;
            Assert.NotNull(ClerkEventTypes.Find(type));
            Assert.StartsWith(type, Path.GetFileName(sample), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_type_has_a_section_in_the_documentation()
    {
        var headings = File.ReadLines(Repository.PathOf("docs", "events.md")).Where(l => l.StartsWith("### ", StringComparison.Ordinal)).Select(l => l[4..]).ToHashSet(StringComparer.Ordinal);

        Assert.All(ClerkEventTypes.All, t => Assert.Contains(t.Name, headings));
        Assert.All(ClerkEventTypes.All, t => Assert.EndsWith(".", t.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void The_documentation_is_what_the_code_says() => GeneratedDocument.IsUpToDate("docs/events.md", EventsDocument.Generate());

    [Fact]
    public void Every_list_can_be_made()
    {
        foreach (var record in PayloadRecords.All)
        {
            foreach (var field in PayloadRecords.FieldsOf(record).Where(f => PayloadRecords.ElementOf(f.PropertyType) is not null))
            {
                using var json = JsonDocument.Parse($$"""{"id":"x_1","{{field.Name}}":[]}""");
                var owner = ClerkObjectReader.Read(record, json.RootElement);
                Assert.NotNull(owner);
                Assert.False(owner.ExtensionData.ContainsKey(field.Name), $"{record.Name}.{field.Name}");
            }
        }
    }

    internal static Type FamilyOf(ClerkEventType type)
    {
        var family = type.EventType;
        while (family.BaseType != typeof(ClerkEvent))
        {
            family = family.BaseType!;
        }

        return family;
    }
}
