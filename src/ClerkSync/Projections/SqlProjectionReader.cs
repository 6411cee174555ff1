using System.Text.Json;
using System.Text.RegularExpressions;
using ClerkSync.Diagnostics;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>Reads projections from JSON. It goes on after a mistake, so that everything that is wrong is reported at once.</summary>
internal sealed partial class SqlProjectionReader
{
    public static readonly string[] Members = ["name", "from", "into", "key", "columns", "onInsert", "onChange", "adopt", "onDelete", "onRestore"];

    private readonly List<SqlProjectionDefinition> _definitions = [];
    private readonly List<string> _problems = [];
    private string _label = "";

    private SqlProjectionReader()
    {
    }

    /// <summary>Reads a list of projections.</summary>
    /// <param name="projections">The JSON array.</param>
    /// <returns>Those that could be read, and a sentence for everything that is wrong.</returns>
    public static (IReadOnlyList<SqlProjectionDefinition> Definitions, IReadOnlyList<string> Problems) Read(JsonElement projections)
    {
        var reader = new SqlProjectionReader();
        if (projections.ValueKind != JsonValueKind.Array)
            return ([], [$"\"projections\" is {KindOf(projections)}; it must be a list: [{{ \"from\": \"users\", … }}]."]);
        var number = 0;
        foreach (var projection in projections.EnumerateArray())
            reader.ReadOne(projection, ++number);
        foreach (var twice in reader._definitions.GroupBy(d => d.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            reader._problems.Add($"Projection \"{twice.Key}\": the name is there {twice.Count()} times. Give each projection a \"name\" of its own.");
        return (reader._definitions, reader._problems);
    }

    private void ReadOne(JsonElement json, int number)
    {
        _label = $"Projection {number}";
        if (json.ValueKind != JsonValueKind.Object)
        {
            Problem($"it is {KindOf(json)}; it must be an object with \"from\", \"into\", \"key\" and \"columns\".");
            return;
        }

        var before = _problems.Count;
        var from = Text(json, "from");
        var into = Text(json, "into") is { } text ? Name(text) : null;
        var name = json.TryGetProperty("name", out _) ? Text(json, "name") : from is null || into is null ? null : Blank().Replace($"{from}:{into}", "_");
        if (name is not null)
            _label = $"Projection \"{name}\"";
        if (name is not null && !Projection.IsName(name))
            Problem($"the name is no name; it must be 1 to {Projection.LongestName} characters without blanks.");

        foreach (var member in json.EnumerateObject().Where(m => !Members.Contains(m.Name, StringComparer.Ordinal)))
            Problem($"\"{member.Name}\" is not known.{NearestTo(member.Name, Members)} Known are: {string.Join(", ", Members)}.");
        var rules = new
        {
            Key = One(json, "key", isRequired: true),
            Columns = Rules(json, "columns", columnsOnly: true),
            OnInsert = Rules(json, "onInsert"),
            OnChange = Rules(json, "onChange"),
            Adopt = One(json, "adopt", isRequired: false),
            OnRestore = Rules(json, "onRestore"),
        };
        var (onDelete, set) = OnDelete(json);
        if (_problems.Count > before)
            return;
        var definition = new SqlProjectionDefinition
        {
            Name = name!,
            From = from!,
            Into = into!,
            Key = rules.Key!,
            Columns = rules.Columns,
            OnInsert = rules.OnInsert,
            OnChange = rules.OnChange,
            Adopt = rules.Adopt,
            OnDelete = onDelete,
            Set = set,
            OnRestore = rules.OnRestore,
        };
        FindOverlaps(definition);
        _definitions.Add(definition);
    }

    private void FindOverlaps(SqlProjectionDefinition d)
    {
        Overlap([d.Key], "key", [.. d.Columns, .. d.OnInsert, .. d.OnChange, .. d.Set], "elsewhere too");
        Overlap(d.Columns, "columns", [.. d.OnInsert, .. d.OnChange], "in onInsert or onChange too");
        Overlap(d.OnChange, "onChange", d.Set, "in onDelete too");
        foreach (var rule in d.OnRestore)
        {
            if (d.Set.All(s => s.Column != rule.Column))
                Problem($"onRestore has the column \"{rule.Column}\", which onDelete does not set. It says what the columns that onDelete sets become when the object is back.");
            else if (rule.Value.IsOnce)
                Problem($"onRestore gives \"{rule.Column}\" {rule.Value}, which is another value each time. Write a literal, or leave it out for NULL.");
        }
    }

    private void Overlap(IReadOnlyList<ColumnRule> rules, string member, IReadOnlyList<ColumnRule> others, string where)
    {
        foreach (var rule in rules.Where(r => others.Any(o => o.Column == r.Column)))
            Problem($"the column \"{rule.Column}\" is in {member} and {where}; it can get one value only. Leave one of them out.");
    }

    private (DeletionRule Rule, IReadOnlyList<ColumnRule> Set) OnDelete(JsonElement json)
    {
        const string Allowed = "it must be \"delete\", \"keep\" or { \"set\": { … } }.";
        if (!json.TryGetProperty("onDelete", out var value))
            return (DeletionRule.Keep, []);
        if (value.ValueKind == JsonValueKind.String && value.GetString() is "keep" or "delete")
            return (value.GetString() == "keep" ? DeletionRule.Keep : DeletionRule.Delete, []);
        if (value.ValueKind != JsonValueKind.Object)
        {
            Problem($"onDelete is {KindOf(value)}; {Allowed}");
            return default;
        }

        foreach (var member in value.EnumerateObject().Where(m => m.Name != "set"))
            Problem($"onDelete has \"{member.Name}\"; {Allowed}");
        var set = Rules(value, "set");
        if (set.Count == 0)
            Problem($"onDelete sets no column; {Allowed}");
        return (DeletionRule.Set, set);
    }

    private ColumnRule? One(JsonElement json, string member, bool isRequired)
    {
        if (!json.TryGetProperty(member, out _) && !isRequired)
            return null;
        var before = _problems.Count;
        var rules = Rules(json, member, columnsOnly: true);
        if (rules.Count == 1)
            return rules[0];
        if (_problems.Count == before)
            Problem($"{member} has {rules.Count} columns; it must have one, like {{ \"clerkId\": \"id\" }}.");
        return null;
    }

    private List<ColumnRule> Rules(JsonElement json, string member, bool columnsOnly = false)
    {
        var rules = new List<ColumnRule>();
        if (!json.TryGetProperty(member, out var value))
            return rules;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Problem($"{member} is {KindOf(value)}; it must be an object that gives columns of your table their values.");
            return rules;
        }

        foreach (var pair in value.EnumerateObject())
        {
            var read = ProjectionValue.Read(pair.Value);
            if (rules.Any(r => r.Column == pair.Name))
                Problem($"{member} has the column \"{pair.Name}\" twice.");
            else if (pair.Name.Length == 0 || pair.Name.Any(char.IsControl))
                Problem($"{member} has a column without a name.");
            else if (read is null || (columnsOnly && read.Kind != ProjectionValueKind.Column))
                Problem($"{member} gives \"{pair.Name}\" {KindOf(pair.Value)}; it must be a column of the mirror{(columnsOnly ? "" : ", now(), uuid(), a text in single quotes, a number, true, false or null")}.");
            else
                rules.Add(new(pair.Name, read));
        }

        return rules;
    }

    private string? Text(JsonElement json, string member)
    {
        if (!json.TryGetProperty(member, out var value))
            Problem($"\"{member}\" is missing.");
        else if (value.ValueKind != JsonValueKind.String || value.GetString()!.Length == 0)
            Problem($"{member} is {KindOf(value)}; it must be a text.");
        else
            return value.GetString();
        return null;
    }

    /// <summary>A table's name: <c>User</c>, <c>public.User</c>, or with quotes where a name holds a dot.</summary>
    private QualifiedName? Name(string text)
    {
        var match = TableName().Match(text);
        if (!match.Success)
        {
            Problem($"into is \"{text}\"; it must be a table like \"User\" or \"public.User\". A name that holds a dot stands in double quotes.");
            return null;
        }

        var parts = match.Groups["part"].Captures.Select(c => c.Value is ['"', .. var inner, '"'] ? inner.Replace("\"\"", "\"", StringComparison.Ordinal) : c.Value).ToArray();
        return parts.Length == 2 ? new(parts[0], parts[1]) : new(null, parts[0]);
    }

    private void Problem(string sentence) => _problems.Add($"{_label}: {sentence}");

    private static string NearestTo(string typed, IEnumerable<string> names) =>
        NearestNames.To(typed, names, most: 1) is [var nearest] ? $" Did you mean \"{nearest}\"?" : "";

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"\"{value.GetString()}\"",
        _ => value.GetRawText(),
    };

    [GeneratedRegex("""^((?<part>"([^"\p{Cc}]|"")+"|[^".\p{Cc}][^.\p{Cc}]*)(\.|$)){1,2}(?<!\.)$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TableName();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blank();
}
