using ClerkSync.Diagnostics;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>Compares a definition with the mirror and with the user's table, and names everything that cannot work.</summary>
internal sealed partial class SqlProjectionCheck
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
        check._problems.AddRange(definition.Mistakes);
        if (source is null && definition.From.Length > 0)
            check.Problem($"from is \"{definition.From}\", which is no table of the mirror.{NearestTo(definition.From, sources.Select(s => s.Name))} There are: {string.Join(", ", sources.Select(s => s.Name))}.");
        if (!ReferenceEquals(definition.Into, SqlProjectionDefinition.UnreadTable))
            check.CheckInto(tables, isOwn);
        check.CheckSources();
        return check._problems;
    }

    private void CheckInto(IReadOnlyList<string> tables, Func<ForeignColumn, bool> isOwn)
    {
        if (_columns.Values.FirstOrDefault() is not { } first)
            Problem($"into is \"{_definition.Into}\", and there is no such table.{NearestTo($"{_definition.Into}", tables)} Make it first; names count in upper and lower case.");
        else if (isOwn(first))
            Problem($"into is \"{_definition.Into}\", which is a table of ClerkSync. Name one of your own.");
        else if (!first.IsTable)
            Problem($"into is \"{_definition.Into}\", which is no table but a view. Name the table behind it.");
        else
            CheckTable();
    }

    private void CheckTable()
    {
        foreach (var (member, rule) in _definition.Rules)
        {
            if (!_columns.TryGetValue(rule.Column, out var column))
                Problem($"{member} has the column \"{rule.Column}\", which {_definition.Into} does not have.{NearestTo(rule.Column, _columns.Keys)}");
            else
                CheckColumn(member, rule, column);
        }

        if (_columns.TryGetValue(_definition.Key.Column, out var key) && !key.IsUnique)
            Problem($"the key \"{key.Name}\" is not unique in {_definition.Into}. Add a unique index over this column alone: CREATE UNIQUE INDEX ON {_definition.Into.Quoted} ({SqlDialect.Quoted(key.Name)}).");
        CheckRights();
        if (_definition.HasKey)
            CheckFilled();
    }

    private void CheckColumn(string member, ColumnRule rule, ForeignColumn column)
    {
        if (member == "adopt")
        {
            if (rule.Value.Text.Split('.').Contains("unsafe_metadata", StringComparer.Ordinal))
                Problem($"adopt takes \"{rule.Value}\", which each user writes in the browser: anybody could take over a row of somebody else. Take external_id, or a value of public_metadata or private_metadata.");
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
        else if (member == "key" && column.MaxLength < LengthOfIds)
            Problem($"the key \"{column.Name}\" is {column.Type}, and Clerk's ids of {_definition.From} have {LengthOfIds} characters. Make it text or varchar(64).");
        foreach (var value in rule.Value.Leaves)
        {
            if (member != "key" && WhyUnfit(value, column) is { } why)
                Problem($"{member} gives \"{column.Name}\", which is {column.Type}, {why}");
        }

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

    private void Problem(string sentence) => _problems.Add($"{_definition.Label}: {sentence}");

    private static string NearestTo(string typed, IEnumerable<string> names) =>
        NearestNames.To(typed, names, most: 1) is [var nearest] ? $" Did you mean \"{nearest}\"?" : "";
}
