using System.Globalization;
using System.Text.Json;
using ClerkSync.Emulator;

namespace ClerkSync.Cli.Emulating;

/// <summary>What goes wrong on purpose, and how likely: <c>repeat=0.2</c>.</summary>
internal readonly record struct FaultSetting(ClerkFault Fault, double Chance)
{
    private static readonly Dictionary<string, ClerkFault> ByName =
        Enum.GetValues<ClerkFault>().ToDictionary(fault => JsonNamingPolicy.KebabCaseLower.ConvertName(fault.ToString()), StringComparer.Ordinal);

    public static IReadOnlyList<string> Names { get; } = [.. ByName.Keys];

    /// <summary>Reads one.</summary>
    /// <exception cref="CliException">There is no such fault, or the chance is none.</exception>
    public static FaultSetting Parse(string text)
    {
        if (text.Split('=') is not [var name, var value]
            || !double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var chance) || chance is not (>= 0 and <= 1))
            throw CliErrors.FaultWithoutChance(text);
        return ByName.TryGetValue(name, out var fault) ? new(fault, chance) : throw CliErrors.UnknownFault(name, Names);
    }
}
