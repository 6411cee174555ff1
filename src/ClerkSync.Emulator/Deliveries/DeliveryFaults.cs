using System.Globalization;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Deliveries;

/// <summary>A delivery as it is planned, with what goes wrong on its way.</summary>
internal readonly record struct PlannedAttempt(Attempt Attempt, TimeSpan Delay, bool IsHeld);

/// <summary>Decides what goes wrong with the deliveries of a message.</summary>
internal sealed class DeliveryFaults(ClerkFaults faults, string instanceId)
{
    // Clerk's published examples look like this: a placeholder for the instance, half of the members
    private const string ExampleBody =
        """{"data":{"created_at":1654012591514,"email_addresses":[{"email_address":"example@example.org","id":"idn_29w83yL7CwVlJXylYLxcslromF1","object":"email_address"}],"first_name":"Example","id":"user_29w83sxmDNGwOuEthce5gg56FcC","last_name":"Example","object":"user","primary_email_address_id":"idn_29w83yL7CwVlJXylYLxcslromF1","updated_at":1654012591835},"instance_id":"ins_123","object":"event","timestamp":1654012591835,"type":"user.created"}""";

    private long _extra;

    /// <summary>What is sent to an endpoint because of a message. Called in the order of the messages.</summary>
    public IEnumerable<PlannedAttempt> Plan(EmulatedEndpoint endpoint, EmulatedMessage message)
    {
        List<PlannedAttempt> plan = [];
        if (faults.Strikes(ClerkFault.Forge))
            plan.Add(new(new(endpoint, Altered(message, isForeign: false), 1, Flaw.Forged), TimeSpan.Zero, IsHeld: false));
        if (faults.Strikes(ClerkFault.WrongInstance))
            plan.Add(new(new(endpoint, Altered(message, isForeign: true), 1, Flaw.Extra), TimeSpan.Zero, IsHeld: false));
        if (faults.Strikes(ClerkFault.Example))
            plan.Add(new(new(endpoint, message with { Id = ExtraId(message), Type = "user.created", Body = System.Text.Encoding.UTF8.GetBytes(ExampleBody) }, 1, Flaw.Extra), TimeSpan.Zero, IsHeld: false));
        if (faults.Strikes(ClerkFault.Drop))
            return plan;

        var delay = faults.Strikes(ClerkFault.Delay) ? faults.ShortenedBy(faults.LongestDelay) : TimeSpan.Zero;
        var attempt = new Attempt(endpoint, message, 1);
        plan.Add(new(attempt, delay, faults.Strikes(ClerkFault.Reorder) && delay == TimeSpan.Zero));
        if (faults.Strikes(ClerkFault.Repeat))
            plan.Add(new(attempt with { Flaw = Flaw.Extra }, faults.ShortenedBy(faults.LongestDelay), IsHeld: false));
        return plan;
    }

    // the same object with other members: a receiver that believed it would be wrong afterwards
    private EmulatedMessage Altered(EmulatedMessage message, bool isForeign)
    {
        var body = (JsonObject)JsonNode.Parse(message.Body.Span)!;
        body["timestamp"] = body["timestamp"].AsNumber() + 1;
        if (isForeign)
            body["instance_id"] = instanceId + "Foreign";
        if (body["data"] is JsonObject data)
        {
            data["first_name"] = isForeign ? "Foreign" : "Forged";
            if (data["updated_at"].AsNumber() is { } updated)
                data["updated_at"] = updated + 1;
        }

        return message with { Id = ExtraId(message), Body = SortedJson.Render(body) };
    }

    private string ExtraId(EmulatedMessage message) => string.Create(CultureInfo.InvariantCulture, $"{message.Id}x{++_extra}");
}
