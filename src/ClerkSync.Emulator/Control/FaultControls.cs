using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Control;

/// <summary>Faults by chance, and once.</summary>
internal static class FaultControls
{
    private static readonly Dictionary<string, ClerkFault> Names =
        Enum.GetValues<ClerkFault>().ToDictionary(f => JsonNamingPolicy.SnakeCaseLower.ConvertName(f.ToString()), StringComparer.Ordinal);

    public static JsonObject? Route(ClerkFaults faults, string method, string[] rest, JsonObject body)
    {
        switch (method, rest)
        {
            case ("GET", []):
                break;
            case ("PUT", []):
                Set(faults, body);
                break;
            case ("DELETE", []):
                faults.Clear();
                break;
            case ("POST", ["next"]):
                faults.Next(Parse(ControlServer.Required(body, "fault")), (int)(body["times"].AsNumber() ?? 1), body["path"].AsText());
                break;
            default:
                return null;
        }

        return Show(faults);
    }

    private static void Set(ClerkFaults faults, JsonObject body)
    {
        faults.Clear();
        faults.Seed = body["seed"].AsNumber() ?? faults.Seed;
        if (body["longest_delay_seconds"].AsNumber() is { } delay)
            faults.LongestDelay = TimeSpan.FromSeconds(delay);
        if (body["slow_for_milliseconds"].AsNumber() is { } slow)
            faults.SlowFor = TimeSpan.FromMilliseconds(slow);
        if (body["retry_after_seconds"].AsNumber() is { } retry)
            faults.RetryAfter = TimeSpan.FromSeconds(retry);
        foreach (var (name, chance) in body["chances"] as JsonObject ?? [])
        {
            faults[Parse(name)] = chance is JsonValue value && value.TryGetValue(out double number) ? number
                : throw ClerkEmulatorException.BadParameter(name, $"The chance of {name} is a number from 0 to 1.");
        }
    }

    private static JsonObject Show(ClerkFaults faults)
    {
        JsonObject chances = [];
        foreach (var (name, fault) in Names)
            chances[name] = faults[fault];
        return new()
        {
            ["chances"] = chances,
            ["longest_delay_seconds"] = (long)faults.LongestDelay.TotalSeconds,
            ["retry_after_seconds"] = (long)faults.RetryAfter.TotalSeconds,
            ["seed"] = faults.Seed,
            ["slow_for_milliseconds"] = (long)faults.SlowFor.TotalMilliseconds,
        };
    }

    private static ClerkFault Parse(string name) => Names.TryGetValue(name, out var fault) ? fault
        : throw ClerkEmulatorException.BadParameter("fault", $"{name} is no fault; there are {string.Join(", ", Names.Keys)}.");
}
