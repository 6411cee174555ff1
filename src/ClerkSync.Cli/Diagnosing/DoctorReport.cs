using System.Globalization;
using Spectre.Console;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Findings, for people and for programs.</summary>
internal sealed class DoctorReport(CliHost host, IReadOnlyList<Finding> findings)
{
    /// <summary>Width of the longest name.</summary>
    private const int NameWidth = 14;

    /// <summary>One line for each finding, below it what to do.</summary>
    /// <param name="isVerbose">Whether details of what passed are shown.</param>
    /// <param name="isSpotlight">Whether what passed is left out.</param>
    public void Write(bool isVerbose, bool isSpotlight)
    {
        const int indent = 4 + 2 + NameWidth + 2;
        foreach (var finding in Shown(isSpotlight))
        {
            var (word, colour) = finding.Status switch
            {
                CheckStatus.Pass => ("pass", "green"),
                CheckStatus.Warn => ("warn", "yellow"),
                _ => ("fail", "red"),
            };
            WriteLine(0, $"[{colour}]{word}[/]  {finding.Name.PadRight(NameWidth)}  {Markup.Escape(finding.Message)}", indent);
            if (finding.Detail is { } detail && (isVerbose || finding.Status == CheckStatus.Fail))
                WriteLine(indent, $"[grey]{Markup.Escape(detail)}[/]", indent);
            if (finding.Remedy is { } remedy)
                WriteLine(indent, $"→ {Markup.Escape(remedy)}", indent);
        }

        host.Screen.WriteLine();
        host.Screen.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Count(CheckStatus.Pass)} passed, {Count(CheckStatus.Warn)} {(Count(CheckStatus.Warn) == 1 ? "warning" : "warnings")}, {Count(CheckStatus.Fail)} failed."));
    }

    /// <summary>One array, in the shape of Clerk's own doctor, with the cause's code beside.</summary>
    public void WriteJson(bool isSpotlight) => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartArray();
        foreach (var finding in Shown(isSpotlight))
        {
            writer.WriteStartObject();
            writer.WriteString("name", finding.Name);
            writer.WriteString("status", finding.Status switch { CheckStatus.Pass => "pass", CheckStatus.Warn => "warn", _ => "fail" });
            writer.WriteString("message", finding.Message);
            foreach (var (name, value) in ((string, string?)[])[("code", finding.Code), ("detail", finding.Detail), ("remedy", finding.Remedy)])
            {
                if (value is not null)
                    writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    private IEnumerable<Finding> Shown(bool isSpotlight) => findings.Where(f => !isSpotlight || f.Status != CheckStatus.Pass);

    private int Count(CheckStatus status) => findings.Count(f => f.Status == status);

    /// <summary>A long line goes on below its text, not below its name.</summary>
    private void WriteLine(int left, string markup, int indent)
    {
        if (!host.OutIsTerminal)
        {
            host.Out.WriteLine(new string(' ', left) + Markup.Remove(markup));
            return;
        }

        var grid = new Grid().AddColumn(new GridColumn().Width(indent).NoWrap().Padding(0, 0)).AddColumn(new GridColumn().Padding(0, 0));
        var split = left > 0 ? 0 : markup.IndexOf("[/]", StringComparison.Ordinal) + "[/]  ".Length + NameWidth + 2;
        grid.AddRow(split == 0 ? "" : markup[..split], markup[split..]);
        host.Screen.Write(grid);
    }
}
