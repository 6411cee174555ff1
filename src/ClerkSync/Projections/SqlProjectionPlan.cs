using System.Globalization;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>
/// The statements of a projection, made once for the table as it is. They are driven by state: they compare the mirror's rows with the user's and
/// write what differs, so that any order and any repetition ends with the same rows. <c>$1</c> is the list of ids, <c>$2</c> the time, and
/// the texts of the definition follow.
/// </summary>
internal sealed class SqlProjectionPlan
{
    private readonly SqlProjectionDefinition _definition;
    private readonly SqlDialect _dialect;
    private readonly Dictionary<string, ForeignColumn> _columns;
    private readonly SourceTable _source;
    private readonly List<string> _texts = [];
    private readonly List<string> _taken = [];
    private readonly string _table;
    private readonly string _key;
    private readonly Written[] _mapped;
    private readonly Written[] _onInsert;
    private readonly Written[] _onChange;
    private readonly Written[] _set;
    private readonly Written[] _onRestore;

    /// <summary>Of a definition that was checked against these columns.</summary>
    public SqlProjectionPlan(SqlProjectionDefinition definition, SourceTable source, IReadOnlyList<ForeignColumn> columns, SqlDialect dialect)
    {
        _definition = definition;
        _source = source;
        _dialect = dialect;
        _columns = columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        _table = definition.Into.Quoted;
        _key = $"t.{SqlDialect.Quoted(definition.Key.Column)}";
        _mapped = Write(definition.Columns);
        _onInsert = Write(definition.OnInsert);
        _onChange = Write(definition.OnChange);
        _set = Write(definition.Set);
        _onRestore = Write(definition.OnRestore);
        // What frees a unique value goes before what may take it.
        Statements = [.. new[] { Delete(), Adopt(), Update(), Restore(), Insert() }.OfType<string>()];
        Count = MakeCount();
        CountAmbiguous = definition.Adopt is not { } adopt ? null :
            $"SELECT count(*) FROM {Source(isWhole: true)} AS s JOIN {Unlinked(adopt)} AS u ON u.a = s.a LEFT JOIN {_table} AS t ON {_key} = s.k WHERE u.n > 1 AND s.deleted_at IS NULL AND {_key} IS NULL";
        CountUnmatched = $"SELECT count(*) FROM {_table} AS t WHERE NOT EXISTS (SELECT 1 FROM {Source(isWhole: true)} AS s WHERE s.k = {_key})";
    }

    /// <summary>What brings the rows of some objects up to date, in order.</summary>
    public IReadOnlyList<string> Statements { get; }

    /// <summary>Answers what a first run over all objects would do: inserts, updates, adoptions, deletions, unchanged rows.</summary>
    public string Count { get; }

    /// <summary>Answers how many objects could adopt more than one row, and so adopt none; null where nothing is adopted.</summary>
    public string? CountAmbiguous { get; }

    /// <summary>Answers how many rows of the user's table belong to no object.</summary>
    public string CountUnmatched { get; }

    public SqlValue[] Values(string[] ids, long now) => [SqlValue.List(ids), SqlValue.Timestamp(now), .. _texts.Select(SqlValue.Text)];

    /// <summary>Only where one row matches: of two, nobody can say which one it is.</summary>
    private string? Adopt() => _definition.Adopt is not { } adopt ? null :
        $"""
        UPDATE {_table} AS t SET {Assignments([new(_definition.Key.Column, "s.k", _columns[_definition.Key.Column], _definition.Key.Value), .. _onChange])} FROM {Source()} AS s
        WHERE {_key} IS NULL AND t.{SqlDialect.Quoted(adopt.Column)} = s.a AND s.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM {_table} AS x WHERE x.{SqlDialect.Quoted(_definition.Key.Column)} = s.k)
        AND (SELECT count(*) FROM {_table} AS y WHERE y.{SqlDialect.Quoted(_definition.Key.Column)} IS NULL AND y.{SqlDialect.Quoted(adopt.Column)} = s.a) = 1
        """;

    private string? Update() => _mapped.Length == 0 ? null :
        $"UPDATE {_table} AS t SET {Assignments([.. _mapped, .. _onChange])} FROM {Source()} AS s WHERE {_key} = s.k AND s.deleted_at IS NULL AND ({DiffersFrom(_mapped)})";

    private string Insert()
    {
        Written[] rows =
        [
            .. _mapped,
            .. _onInsert,
            .. _onChange.Where(c => _onInsert.All(i => i.Name != c.Name)),
            .. _onRestore.Where(c => _onInsert.All(i => i.Name != c.Name) && _mapped.All(m => m.Name != c.Name)),
        ];
        var names = string.Join(", ", rows.Select(r => SqlDialect.Quoted(r.Name)).Prepend(SqlDialect.Quoted(_definition.Key.Column)));
        return
            $"""
            INSERT INTO {_table} ({names}) SELECT {string.Join(", ", rows.Select(r => r.Sql).Prepend("s.k"))} FROM {Source()} AS s
            WHERE s.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM {_table} AS t WHERE {_key} = s.k) ORDER BY s.id
            """;
    }

    private string? Delete() => _definition.OnDelete switch
    {
        DeletionRule.Delete => $"DELETE FROM {_table} AS t WHERE {_key} IN (SELECT s.k FROM {Source()} AS s WHERE s.deleted_at IS NOT NULL)",
        DeletionRule.Set => $"UPDATE {_table} AS t SET {Assignments([.. _set, .. _onChange])} FROM {Source()} AS s WHERE {_key} = s.k AND s.deleted_at IS NOT NULL AND ({DiffersFrom(_set)})",
        _ => null,
    };

    /// <summary>Columns that show a deletion which is no more. One that is mapped too has its value already.</summary>
    private string? Restore()
    {
        var restored = Restored().ToArray();
        if (restored.Length == 0)
            return null;
        var assignments = restored.Select(r => $"{SqlDialect.Quoted(r.Deleted.Name)} = CASE WHEN {Shows(r.Deleted)} THEN {r.Alive} ELSE t.{SqlDialect.Quoted(r.Deleted.Name)} END");
        return $"UPDATE {_table} AS t SET {string.Join(", ", assignments.Append(Assignments(_onChange)).Where(a => a.Length > 0))} FROM {Source()} AS s WHERE {_key} = s.k AND s.deleted_at IS NULL AND ({NeedsRestoring()})";
    }

    private IEnumerable<(Written Deleted, string Alive)> Restored() => _set
        .Where(s => _mapped.All(m => m.Name != s.Name))
        .Select(s => (s, _onRestore.FirstOrDefault(r => r.Name == s.Name)?.Sql ?? _dialect.FitFor("NULL", ColumnKind.Text, s.Column)));

    private string NeedsRestoring() => string.Join(" OR ", Restored().Select(r => $"({Shows(r.Deleted)} AND {_dialect.Differs($"t.{SqlDialect.Quoted(r.Deleted.Name)}", r.Alive, r.Deleted.Column)})"));

    /// <summary>The condition that a column shows a deletion: what it was set to, or where that differs each time, anything.</summary>
    private string Shows(Written set)
    {
        var column = $"t.{SqlDialect.Quoted(set.Name)}";
        return set.Value.IsOnce || set.Value.Kind is ProjectionValueKind.Column or ProjectionValueKind.First ? $"{column} IS NOT NULL" : $"NOT ({_dialect.Differs(column, set.Sql, set.Column)})";
    }

    private string MakeCount()
    {
        var adopts = _definition.Adopt is null ? "false" : "COALESCE(u.n, 0) = 1";
        var restores = NeedsRestoring();
        var updates = string.Join(" OR ", new[] { DiffersFrom(_mapped), restores }.Where(c => c.Length > 0).DefaultIfEmpty("false"));
        var deletes = _definition.OnDelete switch { DeletionRule.Delete => "true", DeletionRule.Set => DiffersFrom(_set), _ => "false" };
        return
            $"""
            SELECT count(*) FILTER (WHERE s.deleted_at IS NULL AND {_key} IS NULL AND NOT ({adopts})),
            count(*) FILTER (WHERE s.deleted_at IS NULL AND {_key} IS NOT NULL AND ({updates})),
            count(*) FILTER (WHERE s.deleted_at IS NULL AND {_key} IS NULL AND ({adopts})),
            count(*) FILTER (WHERE s.deleted_at IS NOT NULL AND {_key} IS NOT NULL AND ({deletes})),
            count(*) FILTER (WHERE {_key} IS NOT NULL AND NOT (CASE WHEN s.deleted_at IS NULL THEN ({updates}) ELSE ({deletes}) END))
            FROM {Source(isWhole: true)} AS s LEFT JOIN {_table} AS t ON {_key} = s.k{(_definition.Adopt is { } adopt ? $" LEFT JOIN {Unlinked(adopt)} AS u ON u.a = s.a" : "")}
            """;
    }

    /// <summary>Rows that belong to no object yet, counted by the value that they are adopted by: once, and not for each object.</summary>
    private string Unlinked(ColumnRule adopt) =>
        $"(SELECT x.{SqlDialect.Quoted(adopt.Column)} AS a, count(*) AS n FROM {_table} AS x WHERE x.{SqlDialect.Quoted(_definition.Key.Column)} IS NULL GROUP BY x.{SqlDialect.Quoted(adopt.Column)})";

    private string Assignments(IReadOnlyList<Written> written) => string.Join(", ", written.Select(w =>
        $"{SqlDialect.Quoted(w.Name)} = {(w.Value.IsOnce && _set.Contains(w) ? $"COALESCE(t.{SqlDialect.Quoted(w.Name)}, {w.Sql})" : w.Sql)}"));

    private string DiffersFrom(IReadOnlyList<Written> written) => string.Join(" OR ", written.Select(w =>
        w.Value.IsOnce ? $"t.{SqlDialect.Quoted(w.Name)} IS NULL" : _dialect.Differs($"t.{SqlDialect.Quoted(w.Name)}", w.Sql, w.Column)));

    /// <summary>The mirror's rows with every value that is taken of them. Only their own columns are in sight there, so that no name is ambiguous.</summary>
    private string Source(bool isWhole = false)
    {
        string[] columns =
        [
            "id", "deleted_at", $"{_dialect.FitFor("id", ColumnKind.Id, _columns[_definition.Key.Column])} AS k",
            .. _definition.Adopt is { } adopt ? [$"{_dialect.FitOrNull(adopt.Value.Text.Contains('.', StringComparison.Ordinal) ? Text(adopt.Value) : adopt.Value.Text, _columns[adopt.Column])} AS a"] : Array.Empty<string>(),
            .. _taken.Select((expression, i) => string.Create(CultureInfo.InvariantCulture, $"{expression} AS v{i}")),
        ];
        return $"(SELECT {string.Join(", ", columns)} FROM {_dialect.TableName(SchemaArea.Mirror, _source.Name)}{(isWhole ? "" : $" WHERE {_dialect.IsAnyOf("id", "$1")}")})";
    }

    private string Text(ProjectionValue path)
    {
        var names = path.Text.Split('.');
        return _dialect.JsonColumn(ColumnKind.Text, names[1..], names[0]);
    }

    private Written[] Write(IReadOnlyList<ColumnRule> rules) => [.. rules.Select(r => new Written(r.Column, Sql(r.Value, _columns[r.Column]), _columns[r.Column], r.Value))];

    private string Sql(ProjectionValue value, ForeignColumn column)
    {
        switch (value.Kind)
        {
            case ProjectionValueKind.Now:
                return _dialect.FitFor("$2", ColumnKind.Timestamp, column);
            case ProjectionValueKind.Uuid:
                return _dialect.FitFor(_dialect.NewUuid, ColumnKind.Text, column);
            case ProjectionValueKind.Text:
                _texts.Add(value.Text);
                return _dialect.FitFor(string.Create(CultureInfo.InvariantCulture, $"${_texts.Count + 2}"), ColumnKind.Text, column);
            case ProjectionValueKind.Literal:
                return _dialect.FitFor(value.Text, ColumnKind.Integer, column);
            case ProjectionValueKind.First:
                return $"COALESCE({string.Join(", ", value.Parts.Select(p => Sql(p, column)).Append("NULL"))})";
            default:
                var names = value.Text.Split('.');
                _taken.Add(names.Length == 1 ? _dialect.FitFor(names[0], _source.Columns.First(c => c.Name == names[0]).Kind, column) : _dialect.JsonFor(names[0], names[1..], column));
                return string.Create(CultureInfo.InvariantCulture, $"s.v{_taken.Count - 1}");
        }
    }

    private sealed record Written(string Name, string Sql, ForeignColumn Column, ProjectionValue Value);
}
