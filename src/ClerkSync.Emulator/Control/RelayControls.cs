using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Control;

/// <summary>The relay in the control API: what goes wrong there, and who listens.</summary>
internal static class RelayControls
{
    private static readonly Dictionary<string, RelayFault> Names =
        Enum.GetValues<RelayFault>().ToDictionary(f => JsonNamingPolicy.SnakeCaseLower.ConvertName(f.ToString()), StringComparer.Ordinal);

    public static JsonObject? Route(ClerkEmulator emulator, string method, string[] rest, JsonObject body)
    {
        var relay = emulator.Relay;
        switch (method, rest)
        {
            case ("GET", []):
                break;
            case ("PUT", []):
                relay.Clear();
                Set(relay, body);
                break;
            case ("DELETE", []):
                relay.Clear();
                break;
            case ("POST", ["next"]):
                relay.Next(Parse(ControlServer.Required(body, "fault")), (int)(body["times"].AsNumber() ?? 1));
                break;
            case ("POST", ["close"]):
                relay.Close((int)(body["code"].AsNumber() ?? throw ClerkEmulatorException.MissingParameter("code")), body["reason"].AsText(), body["token"].AsText());
                break;
            case ("POST", ["drop"]):
                relay.Drop(body["token"].AsText());
                break;
            default:
                return null;
        }

        return Show(emulator);
    }

    private static void Set(EmulatedRelay relay, JsonObject body)
    {
        if (body.ContainsKey("ping_seconds"))
            relay.PingInterval = body["ping_seconds"].AsNumber() is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        if (body["answer_patience_seconds"].AsNumber() is { } patience)
            relay.AnswerPatience = TimeSpan.FromSeconds(patience);
        if (body["accept_delay_seconds"].AsNumber() is { } delay)
            relay.AcceptDelay = TimeSpan.FromSeconds(delay);
        relay.RefuseWith = (int?)body["refuse_with"].AsNumber();
        relay.WithholdsStart = body["withholds_start"].AsBool() ?? false;
        relay.IsSilent = body["silent"].AsBool() ?? false;
        relay.IsStrict = body["strict"].AsBool() ?? false;
        relay.KeepsUnanswered = body["keeps_unanswered"].AsBool() ?? false;
    }

    private static JsonObject Show(ClerkEmulator emulator)
    {
        var relay = emulator.Relay;
        return new()
        {
            ["accept_delay_seconds"] = (long)relay.AcceptDelay.TotalSeconds,
            ["answer_patience_seconds"] = (long)relay.AnswerPatience.TotalSeconds,
            ["keeps_unanswered"] = relay.KeepsUnanswered,
            ["listeners"] = relay.Tokens.Count,
            ["ping_seconds"] = (long?)relay.PingInterval?.TotalSeconds,
            ["refuse_with"] = relay.RefuseWith,
            ["silent"] = relay.IsSilent,
            ["strict"] = relay.IsStrict,
            ["url"] = emulator.RelayUrl.AbsoluteUri,
            ["withholds_start"] = relay.WithholdsStart,
        };
    }

    private static RelayFault Parse(string name) => Names.TryGetValue(name, out var fault) ? fault
        : throw ClerkEmulatorException.BadParameter("fault", $"{name} is no fault of the relay; there are {string.Join(", ", Names.Keys)}.");
}
