using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>
/// Makes up histories. They are wilder than Clerk's: updates of deleted objects, deletions that were never preceded by a creation,
/// stamps that repeat or run backwards. The rules do not ask for a sane history, so neither does the test.
/// </summary>
internal sealed class HistoryGenerator
{
    public const string Instance = "ins_3B91RIADOEaq07LDgixv9xe7Yai";
    private const string OtherInstance = "ins_2zZzZzZzZzZzZzZzZzZzZzZzZzZ";

    private readonly Random _random;
    private readonly int _seed;
    private readonly HistoryDocuments _documents;
    private readonly List<HistoryMessage> _messages = [];
    private long _now = 1_785_400_000_000;
    private long _lastEvent;

    private HistoryGenerator(int seed)
    {
        _seed = seed;
        _random = new(seed);
        _documents = new(_random, seed);
        _lastEvent = _now;
    }

    public static History Generate(int seed)
    {
        var generator = new HistoryGenerator(seed);
        var count = generator._random.Next(8, 41);
        while (generator._messages.Count < count)
            generator.Add();

        var prefix = generator.Chance(30) ? generator._random.Next(1, count) : 0;
        return new(seed, generator._messages, prefix, prefix == 0 ? [] : generator.Absences(prefix));
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private void Add()
    {
        _now += _random.Next(4) switch { 0 or 1 => 0, 2 => 1, _ => _random.Next(5000) };
        _documents.Now = _now;
        if (_messages.Count > 0 && Chance(6))
        {
            Repeat(_messages[_random.Next(_messages.Count)]);
            return;
        }

        if (Chance(7))
        {
            Append(Fact());
            return;
        }

        var subject = Subject();
        var actions = Catalogue.Subjects[subject].Actions;
        var action = actions[_random.Next(actions.Length)];
        if (action == "deleted" && Chance(45))
            action = "updated";
        Append(Event($"{subject}.{action}", _documents.Data(subject, action == "deleted")));
    }

    /// <summary>Users, organizations and memberships twice as often as the rest: most rules are about them.</summary>
    private string Subject()
    {
        string[] subjects = ["user", "organization", "organizationMembership", .. Catalogue.Subjects.Keys];
        return subjects[_random.Next(subjects.Length)];
    }

    /// <summary>The same document under another message id, at the same or another time.</summary>
    private void Repeat(HistoryMessage earlier)
    {
        var body = (JsonObject)earlier.Body.DeepClone();
        if (Chance(50))
            body["timestamp"] = _now;
        Append(body);
    }

    /// <summary>Events without a table: messages to persons, types that nobody knows yet, and one that names no object.</summary>
    private JsonObject Fact() => _random.Next(4) switch
    {
        0 => Event("email.created", _documents.Email()),
        1 => Event("sms.created", _documents.Email()),
        2 => Event(Chance(50) ? "user.touched" : "organization.touched", _documents.Touched()),
        _ => Event("user.updated", _documents.Nameless()),
    };

    private JsonObject Event(string type, JsonObject data)
    {
        if (!Chance(25))
            _lastEvent = Chance(20) ? _now - _random.Next(3) : _now;
        var body = new JsonObject { ["data"] = data, ["object"] = "event", ["timestamp"] = _lastEvent, ["type"] = type };
        if (Chance(5))
            body.Remove("timestamp");
        if (_random.Next(100) switch { < 8 => OtherInstance, < 10 => "ins_123", < 15 => null, _ => Instance } is { } instance)
            body["instance_id"] = instance;
        return body;
    }

    private void Append(JsonObject body)
    {
        if (Chance(15))
            body["data"] = Shuffled((JsonObject)body["data"]!);
        var id = string.Create(CultureInfo.InvariantCulture, $"msg_{_random.Next(0x10000):x4}_{_seed}_{_messages.Count}");
        _messages.Add(new(id, body, Bytes(body)));
    }

    private JsonObject Shuffled(JsonObject data)
    {
        var members = data.Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())).ToArray();
        _random.Shuffle(members);
        return new(members);
    }

    /// <summary>The same document can be written in many ways: with escapes or without, with spaces or without.</summary>
    private byte[] Bytes(JsonObject body)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new()
        {
            Encoder = Chance(50) ? JavaScriptEncoder.Default : JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Indented = Chance(20),
        }))
        {
            body.WriteTo(writer);
        }

        return buffer.ToArray();
    }

    private List<Absence> Absences(int prefix)
    {
        var named = _messages.Take(prefix)
            .Where(m => Catalogue.TableOf(m.Type) is not null && m.ObjectId is not null)
            .Select(m => (Table: Catalogue.TableOf(m.Type)!, Id: m.ObjectId!))
            .Distinct()
            .ToArray();
        _random.Shuffle(named);
        return [.. named.Take(_random.Next(1, 4)).Select(n => new Absence(n.Table, n.Id, _now - _random.Next(8000)))];
    }
}
