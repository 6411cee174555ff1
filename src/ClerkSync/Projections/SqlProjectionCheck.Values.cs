using ClerkSync.Diagnostics;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>Where values come from, and whether they fit the columns that they go to.</summary>
internal sealed partial class SqlProjectionCheck
{
    /// <summary>A prefix, and 27 characters.</summary>
    private int LengthOfIds => 27 + (_definition.From switch { "users" => "user_", "organization_memberships" => "orgmem_", _ => "org_" }).Length;

    private void CheckSources()
    {
        if (_definition.HasKey && _definition.Key.Value is { Kind: ProjectionValueKind.Column, Text: not "id" } key)
            Problem($"key takes \"{key}\"; it must be \"id\", because nothing else remains of an object that was deleted.");
        if (_source is null)
            return;
        foreach (var (member, rule) in _definition.Rules)
        {
            foreach (var value in rule.Value.Leaves.Where(v => v.Kind == ProjectionValueKind.Column))
                CheckSource(member, value);
        }
    }

    private void CheckSource(string member, ProjectionValue value)
    {
        var names = value.Text.Split('.');
        if (_source!.Columns.FirstOrDefault(c => c.Name == names[0]) is not { } column)
            Problem($"{member} takes \"{value}\", which is no column of {_source.Name}.{Meant(names[0])} A text stands in single quotes: \"'{value}'\".");
        else if (names.Length > 1 && column.Kind != ColumnKind.Json)
            Problem($"{member} takes \"{value}\", but {names[0]} of {_source.Name} is {Words(column.Kind)}; a path leads into JSON only.");
        else if (names.Skip(1).FirstOrDefault(n => n.All(char.IsAsciiDigit)) is { } number)
            Problem($"{member} takes \"{value}\", but {number} is the place in a list or a name that databases take for one. A path goes through names only; a list can be taken whole.");
    }

    /// <summary>Names as other tools write them: <c>firstName</c>, <c>email</c>, <c>CURRENT_TIMESTAMP</c>.</summary>
    private string Meant(string typed)
    {
        if (typed.StartsWith("CURRENT_", StringComparison.OrdinalIgnoreCase))
            return " Use now().";
        if (typed == "synced_at")
            return " It moves without a change of the object. Use onChange with now(), or updated_at.";
        var name = string.Concat(typed.Select((c, i) => char.IsUpper(c) && i > 0 && char.IsLower(typed[i - 1]) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
        var names = _source!.Columns.Select(c => c.Name).ToArray();
        var nearest = NearestNames.To(name, names, most: 1);
        if (nearest.Count == 0 && name.Length > 2)
            nearest = [.. names.Where(n => n.Contains(name, StringComparison.Ordinal)).OrderBy(n => n.EndsWith("_id", StringComparison.Ordinal)).ThenByDescending(n => n.StartsWith("primary_", StringComparison.Ordinal)).Take(3)];
        return nearest.Count == 0 ? "" : $" Did you mean {string.Join(" or ", nearest.Select(n => $"\"{n}\""))}?";
    }

    /// <summary>What the database user may not do.</summary>
    private void CheckRights()
    {
        var missing = ColumnRights.None;
        var columns = new List<string>();
        foreach (var (member, rule) in _definition.Rules)
        {
            if (!_columns.TryGetValue(rule.Column, out var column) || (NeededFor(member) & ~column.Rights) is not (not ColumnRights.None and var lacks))
                continue;
            missing |= lacks;
            columns.Add(SqlDialect.Quoted(rule.Column));
        }

        if (missing == ColumnRights.None)
            return;
        string[] rights = [.. new[] { ColumnRights.Select, ColumnRights.Insert, ColumnRights.Update, ColumnRights.Delete }.Where(r => missing.HasFlag(r)).Select(r => r.ToString().ToUpperInvariant())];
        Problem($"the database user may not {string.Join(" and ", rights)} in {_definition.Into} ({string.Join(", ", columns.Distinct(StringComparer.Ordinal))}). Allow it: GRANT {string.Join(", ", rights)} ON {_definition.Into.Quoted} TO …;");
    }

    private ColumnRights NeededFor(string member) => member switch
    {
        "key" => ColumnRights.Select | ColumnRights.Insert
            | (_definition.Adopt is null ? ColumnRights.None : ColumnRights.Update) | (_definition.OnDelete == DeletionRule.Delete ? ColumnRights.Delete : ColumnRights.None),
        "adopt" => ColumnRights.Select,
        "onInsert" => ColumnRights.Insert,
        "onChange" => ColumnRights.Insert | ColumnRights.Update,
        "onDelete" => ColumnRights.Select | ColumnRights.Update,
        _ => ColumnRights.Select | ColumnRights.Insert | ColumnRights.Update,
    };

    private string? WhyUnfit(ProjectionValue value, ForeignColumn column)
    {
        var family = column.Family;
        if (family == ColumnFamily.Any)
            return WhyUnfitNumber(value, column);
        return value.Kind switch
        {
            ProjectionValueKind.Now when family is not (ColumnFamily.Timestamp or ColumnFamily.LocalTimestamp or ColumnFamily.Date) => "now(). It needs a timestamp or date column.",
            ProjectionValueKind.Uuid when family is not (ColumnFamily.Uuid or ColumnFamily.Text) => "uuid(). It needs a uuid or text column.",
            ProjectionValueKind.Text when family == ColumnFamily.Choice && !column.Labels.Contains(value.Text, StringComparer.Ordinal) =>
                $"{value}, which is none of its values. There are: {string.Join(", ", column.Labels.Select(l => $"'{l}'"))}.",
            ProjectionValueKind.Text when column.MaxLength is { } most && value.Text.EnumerateRunes().Count() > most => $"{value}, which is longer.",
            ProjectionValueKind.Literal when value.Text is "true" or "false" && family != ColumnFamily.Boolean => $"{value}. It needs a boolean column; a text stands in single quotes: \"'{value}'\".",
            ProjectionValueKind.Literal when value.Text is not ("true" or "false" or "null") && family is not (ColumnFamily.Integer or ColumnFamily.Number) => $"the number {value}. It needs a column of numbers; a text stands in single quotes: \"'{value}'\".",
            ProjectionValueKind.Column => WhyUnfitColumn(value.Text, family),
            _ => null,
        };
    }

    private string? WhyUnfitColumn(string path, ColumnFamily family)
    {
        if (_source?.Columns.FirstOrDefault(c => c.Name == path.Split('.')[0]) is not { } column)
            return null;
        if (path.Contains('.', StringComparison.Ordinal))
            return family is ColumnFamily.Other or ColumnFamily.TextList ? $"\"{path}\". A value inside JSON fits text, uuid, numbers, boolean, timestamps and JSON." : null;
        var fits = column.Kind switch
        {
            ColumnKind.Text or ColumnKind.Id => family is ColumnFamily.Text or ColumnFamily.Uuid or ColumnFamily.Choice,
            ColumnKind.Integer => family is ColumnFamily.Integer or ColumnFamily.Number,
            ColumnKind.Boolean => family == ColumnFamily.Boolean,
            ColumnKind.Timestamp => family is ColumnFamily.Timestamp or ColumnFamily.LocalTimestamp or ColumnFamily.Date,
            ColumnKind.Json => family is ColumnFamily.Json or ColumnFamily.Text,
            ColumnKind.TextList => family is ColumnFamily.TextList or ColumnFamily.Json,
            _ => false,
        };
        return fits ? null : $"\"{path}\", which is {Words(column.Kind)}. Choose a column of a type that fits.";
    }

    /// <summary>SQLite would keep the text as it is, and whoever reads a number there would not.</summary>
    private string? WhyUnfitNumber(ProjectionValue value, ForeignColumn column)
    {
        var isMoment = value.Kind == ProjectionValueKind.Now
            || (value.Kind == ProjectionValueKind.Column && _source?.Columns.FirstOrDefault(c => c.Name == value.Text)?.Kind == ColumnKind.Timestamp);
        return isMoment && column.Type.Contains("INT", StringComparison.OrdinalIgnoreCase)
            ? $"{value}, which is a moment, and moments are ISO 8601 texts here: an application that reads a number there, as Drizzle's integer with mode \"timestamp\" does, fails. Use a text column."
            : null;
    }

    private static string Words(ColumnKind kind) => kind switch
    {
        ColumnKind.Text or ColumnKind.Id => "a text",
        ColumnKind.TextList => "a list of texts",
        ColumnKind.Integer => "a whole number",
        ColumnKind.Boolean => "a boolean",
        ColumnKind.Timestamp => "a timestamp",
        ColumnKind.Json => "JSON",
        _ => "binary",
    };
}
