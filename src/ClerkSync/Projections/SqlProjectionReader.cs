using System.Globalization;
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
    /// <returns>Everything that could be read, mistakes left out, and a sentence for each of them.</returns>
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
        var key = One(json, "key", isRequired: true);
        var columns = Rules(json, "columns", columnsOnly: true);
        var onInsert = Rules(json, "onInsert");
        var onChange = Rules(json, "onChange");
        var adopt = One(json, "adopt", isRequired: false);
        var onRestore = Rules(json, "onRestore");
        var (onDelete, set) = OnDelete(json);
        var definition = new SqlProjectionDefinition
        {
            Name = name is not null && Projection.IsName(name) ? name : string.Create(CultureInfo.InvariantCulture, $"projection-{number}"),
            Label = _label,
            From = from ?? "",
            Into = into ?? SqlProjectionDefinition.UnreadTable,
            Key = key ?? new("", new(ProjectionValueKind.Unread, "")),
            Columns = columns,
            OnInsert = onInsert,
            OnChange = onChange,
            Adopt = adopt,
            OnDelete = onDelete ?? DeletionRule.Keep,
            Set = set,
            OnRestore = onRestore,
        };
        FindOverlaps(definition, hasOnDelete: onDelete is not null);
        _definitions.Add(definition with { Mistakes = _problems[before..] });
    }

    private void FindOverlaps(SqlProjectionDefinition d, bool hasOnDelete)
    {
        Overlap([d.Key], "key", [.. d.Columns, .. d.OnInsert, .. d.OnChange, .. d.Set], "elsewhere too");
        Overlap(d.Columns, "columns", [.. d.OnInsert, .. d.OnChange], "in onInsert or onChange too");
        Overlap(d.OnChange, "onChange", d.Set, "in onDelete too");
        foreach (var rule in d.OnRestore)
        {
            if (hasOnDelete && d.Set.All(s => s.Column != rule.Column))
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

    /// <summary>What becomes of the row; null where that could not be read.</summary>
    private (DeletionRule? Rule, IReadOnlyList<ColumnRule> Set) OnDelete(JsonElement json)
    {
        const string Allowed = "it must be \"delete\", \"keep\" or { \"set\": { … } }.";
        if (!json.TryGetProperty("onDelete", out var value))
            return (DeletionRule.Keep, []);
        if (value.ValueKind == JsonValueKind.String && value.GetString() is "keep" or "delete")
            return (value.GetString() == "keep" ? DeletionRule.Keep : DeletionRule.Delete, []);
        if (value.ValueKind != JsonValueKind.Object)
        {
            Problem($"onDelete is {KindOf(value)}; {Allowed}");
            return (null, []);
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
            if (rules.Any(r => r.Column == pair.Name))
                Problem($"{member} has the column \"{pair.Name}\" twice.");
            else if (pair.Name.Length == 0 || pair.Name.Any(char.IsControl))
                Problem($"{member} has a column without a name.");
            else
                rules.Add(new(pair.Name, Value(member, pair, columnsOnly) ?? new(ProjectionValueKind.Unread, "")));
        }

        return rules;
    }

    private ProjectionValue? Value(string member, JsonProperty pair, bool columnsOnly)
    {
        if (pair.Value.ValueKind == JsonValueKind.Array && pair.Value.GetArrayLength() > 0 && member is not ("key" or "adopt"))
            return First(member, pair);
        var read = ProjectionValue.Read(pair.Value);
        if (read is not null && (!columnsOnly || read.Kind == ProjectionValueKind.Column))
            return read;
        Problem($"{member} gives \"{pair.Name}\" {KindOf(pair.Value)}; it must be a column of the mirror{(columnsOnly ? "" : ", now(), uuid(), a text in single quotes, a number, true, false or null")}.{Hint(member, pair.Value, read)}");
        return null;
    }

    /// <summary>A list: columns, and something that is always there at the end.</summary>
    private ProjectionValue? First(string member, JsonProperty pair)
    {
        var parts = pair.Value.EnumerateArray().Select(ProjectionValue.Read).ToArray();
        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            if (parts[i] is { Kind: ProjectionValueKind.Column } || (isLast && parts[i] is { Text: not "null" } last && (!last.IsOnce || member == "onInsert")))
                continue;
            Problem($"{member} gives \"{pair.Name}\" a list with {KindOf(pair.Value[i])}; it must be columns of the mirror, and at the end may stand a text in single quotes, a number, true or false{(member == "onInsert" ? ", now() or uuid()" : "")}.{Hint(member, pair.Value[i], null)}");
            return null;
        }

        return new(ProjectionValueKind.First, "") { Parts = parts! };
    }

    /// <summary>What somebody may have meant who writes what other tools write.</summary>
    private static string Hint(string member, JsonElement value, ProjectionValue? read)
    {
        if (member is "key" or "adopt" || value.ValueKind != JsonValueKind.String)
            return "";
        var typed = value.GetString()!;
        if (read is { IsOnce: true })
            return $" {typed} belongs into onInsert{(read.Kind == ProjectionValueKind.Now ? " or onChange" : "")}.";
        if (read is { Kind: ProjectionValueKind.Text })
            return $" A fixed value belongs into onInsert, or at the end of a list: [\"public_metadata.role\", \"{read}\"].";
        if (!typed.EndsWith(')'))
            return "";
        return typed.Contains("uid", StringComparison.OrdinalIgnoreCase) || typed.Contains("nanoid", StringComparison.OrdinalIgnoreCase) ? " Use uuid()."
            : typed.Contains("now", StringComparison.OrdinalIgnoreCase) || typed.Contains("time", StringComparison.OrdinalIgnoreCase) ? " Use now()."
            : "";
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
