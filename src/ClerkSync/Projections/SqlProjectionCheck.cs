using ClerkSync.Diagnostics;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>Compares a definition with the mirror and with the user's table, and names everything that cannot work.</summary>
internal sealed class SqlProjectionCheck
{
    private readonly SqlProjectionDefinition _definition;
    private readonly SourceTable? _source;
    private readonly Dictionary<string, ForeignColumn> _columns;
    private readonly List<string> _problems = [];

    private SqlProjectionCheck(SqlProjectionDefinition definition, SourceTable? source, IReadOnlyList<ForeignColumn> columns)
    {
        _definition = definition;
        _source = source;
        _columns = columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
    }

    /// <summary>Everything that is wrong, a sentence each.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="sources">All mirror tables.</param>
    /// <param name="columns">The columns of the user's table; empty when there is no such table.</param>
    /// <param name="tables">The names of all tables, to guess what was meant.</param>
    /// <param name="isOwn">Whether a table, by its quoted full name, is ClerkSync's.</param>
    public static IReadOnlyList<string> Run(
        SqlProjectionDefinition definition, IReadOnlyList<SourceTable> sources, IReadOnlyList<ForeignColumn> columns, IReadOnlyList<string> tables, Func<ForeignColumn, bool> isOwn)
    {
        var source = sources.FirstOrDefault(s => s.Name == definition.From);
        var check = new SqlProjectionCheck(definition, source, columns);
        if (source is null)
            check.Problem($"from is \"{definition.From}\", which is no table of the mirror.{NearestTo(definition.From, sources.Select(s => s.Name))} There are: {string.Join(", ", sources.Select(s => s.Name))}.");
        if (columns.Count == 0)
            check.Problem($"into is \"{definition.Into}\", and there is no such table.{NearestTo($"{definition.Into}", tables)} Make it first; names count in upper and lower case.");
        else if (isOwn(columns[0]))
            check.Problem($"into is \"{definition.Into}\", which is a table of ClerkSync. Name one of your own.");
        else if (!columns[0].IsTable)
            check.Problem($"into is \"{definition.Into}\", which is no table but a view. Name the table behind it.");
        else
            check.CheckTable();
        check.CheckSources();
        return check._problems;
    }

    private IEnumerable<(string Member, ColumnRule Rule)> Rules =>
    [
        ("key", _definition.Key),
        .. _definition.Columns.Select(r => ("columns", r)),
        .. _definition.OnInsert.Select(r => ("onInsert", r)),
        .. _definition.OnChange.Select(r => ("onChange", r)),
        .. _definition.Adopt is { } adopt ? [("adopt", adopt)] : Array.Empty<(string, ColumnRule)>(),
        .. _definition.Set.Select(r => ("onDelete", r)),
        .. _definition.OnRestore.Select(r => ("onRestore", r)),
    ];

    private void CheckSources()
    {
        if (_definition.Key.Value.Text != "id")
            Problem($"key takes \"{_definition.Key.Value}\"; it must be \"id\", because nothing else remains of an object that was deleted.");
        if (_source is null)
            return;
        foreach (var (member, rule) in Rules.Where(r => r.Rule.Value.Kind == ProjectionValueKind.Column))
        {
            var names = rule.Value.Text.Split('.');
            if (_source.Columns.FirstOrDefault(c => c.Name == names[0]) is not { } column)
                Problem($"{member} takes \"{rule.Value}\", which is no column of {_source.Name}.{NearestTo(names[0], _source.Columns.Select(c => c.Name))} A text stands in single quotes: \"'{rule.Value}'\".");
            else if (names.Length > 1 && column.Kind != ColumnKind.Json)
                Problem($"{member} takes \"{rule.Value}\", but {names[0]} of {_source.Name} is {Words(column.Kind)}; a path leads into JSON only.");
        }
    }

    private void CheckTable()
    {
        foreach (var (member, rule) in Rules)
        {
            if (!_columns.TryGetValue(rule.Column, out var column))
                Problem($"{member} has the column \"{rule.Column}\", which {_definition.Into} does not have.{NearestTo(rule.Column, _columns.Keys)}");
            else
                CheckColumn(member, rule, column);
        }

        if (_columns.TryGetValue(_definition.Key.Column, out var key) && !key.IsUnique)
            Problem($"the key \"{key.Name}\" is not unique in {_definition.Into}. Add a unique index over this column alone: CREATE UNIQUE INDEX ON {_definition.Into.Quoted} ({SqlDialect.Quoted(key.Name)}).");
        CheckFilled();
    }

    private void CheckColumn(string member, ColumnRule rule, ForeignColumn column)
    {
        if (member == "adopt")
        {
            if (column.Family is not (ColumnFamily.Any or ColumnFamily.Text or ColumnFamily.Uuid or ColumnFamily.Integer))
                Problem($"adopt compares \"{column.Name}\", which is {column.Type}, with a text. It must be a text, uuid or integer column.");
            if (_columns.TryGetValue(_definition.Key.Column, out var key) && !key.IsNullable)
                Problem($"adopt finds rows whose \"{key.Name}\" is NULL, but that column is NOT NULL. Drop NOT NULL, or leave adopt out.");
            return;
        }

        if (column.IsGenerated)
            Problem($"{member} writes \"{column.Name}\", which the database computes itself. Leave it out.");
        if (member == "key" && column.Family is not (ColumnFamily.Any or ColumnFamily.Text))
            Problem($"the key \"{column.Name}\" is {column.Type}; Clerk's ids are texts.");
        else if (member != "key" && WhyUnfit(rule.Value, column) is { } why)
            Problem($"{member} gives \"{column.Name}\", which is {column.Type}, {why}");
        if (column.IsNullable || member is not ("onDelete" or "onRestore"))
            return;
        if (rule.Value.Text == "null" && rule.Value.Kind == ProjectionValueKind.Literal)
            Problem($"{member} sets \"{column.Name}\" to null, but it is NOT NULL. Give it another value, or drop NOT NULL.");
        else if (rule.Value.IsOnce)
            Problem($"{member} sets \"{column.Name}\" to {rule.Value} where it is NULL, but it is NOT NULL, so it would never be set. Use another column, or onChange.");
        else if (member == "onDelete" && _definition.Columns.All(c => c.Column != column.Name) && _definition.OnRestore.All(r => r.Column != column.Name))
            Problem($"onDelete sets \"{column.Name}\", which is NOT NULL. Say what it becomes when the object is back: \"onRestore\": {{ \"{column.Name}\": … }}.");
    }

    /// <summary>What a new row needs and nothing gives it.</summary>
    private void CheckFilled()
    {
        string[] filled = [_definition.Key.Column, .. _definition.Columns.Select(c => c.Column), .. _definition.OnInsert.Select(c => c.Column), .. _definition.OnChange.Select(c => c.Column), .. _definition.OnRestore.Select(c => c.Column)];
        foreach (var column in _columns.Values.Where(c => !c.IsNullable && !c.HasDefault && !c.IsGenerated && !filled.Contains(c.Name, StringComparer.Ordinal)))
            Problem($"\"{column.Name}\" of {_definition.Into} is NOT NULL without a default, and nothing fills it. Add it to columns or onInsert.");
    }

    private string? WhyUnfit(ProjectionValue value, ForeignColumn column)
    {
        var family = column.Family;
        if (family == ColumnFamily.Any)
            return null;
        return value.Kind switch
        {
            ProjectionValueKind.Now when family is not (ColumnFamily.Timestamp or ColumnFamily.LocalTimestamp or ColumnFamily.Date) => "now(). It needs a timestamp or date column.",
            ProjectionValueKind.Uuid when family is not (ColumnFamily.Uuid or ColumnFamily.Text) => "uuid(). It needs a uuid or text column.",
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

    private void Problem(string sentence) => _problems.Add($"Projection \"{_definition.Name}\": {sentence}");

    private static string NearestTo(string typed, IEnumerable<string> names) =>
        NearestNames.To(typed, names, most: 1) is [var nearest] ? $" Did you mean \"{nearest}\"?" : "";

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
