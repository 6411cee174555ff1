using Spectre.Console;

namespace ClerkSync.Cli.Triggering;

/// <summary>What <c>trigger --list</c> shows.</summary>
internal static class TriggerList
{
    public static int Write(CliHost host, bool json)
    {
        if (json)
            WriteJson(host);
        else
            WriteTables(host);
        return ExitCodes.Done;
    }

    private static void WriteJson(CliHost host)
    {
        foreach (var type in SampleCatalogue.Types)
        {
            host.Out.WriteLine(JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("type", "event");
                writer.WriteString("name", type);
                writer.WriteEndObject();
            }));
        }

        foreach (var scenario in Scenario.All)
        {
            host.Out.WriteLine(JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("type", "scenario");
                writer.WriteString("name", scenario.Name);
                writer.WriteString("description", scenario.Description);
                writer.WriteStartArray("events");
                foreach (var step in scenario.Steps)
                    writer.WriteStringValue(step.Type);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }));
        }
    }

    private static void WriteTables(CliHost host)
    {
        var events = new Table().Border(TableBorder.Simple).AddColumns("Object", "Event types");
        foreach (var kind in SampleCatalogue.Types.GroupBy(type => type.Split('.')[0], StringComparer.Ordinal))
            events.AddRow(Markup.Escape(kind.Key), Markup.Escape(string.Join('\n', kind)));
        host.Screen.Write(events);

        var scenarios = new Table().Border(TableBorder.Simple).AddColumns("Scenario", "Tells", "Events");
        foreach (var scenario in Scenario.All)
            scenarios.AddRow(Markup.Escape(scenario.Name), Markup.Escape(scenario.Description), Markup.Escape(string.Join('\n', scenario.Steps.Select(step => step.Type))));
        host.Screen.Write(scenarios);
    }
}
