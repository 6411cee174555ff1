using System.Globalization;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>What only the database can say of a projection: whether fixed values can be read as their columns' types, and what would surprise somebody later.</summary>
internal sealed class SqlProjectionTrial(ClerkSyncDatabase database, IReadOnlyList<SourceTable> sources)
{
    /// <summary>Columns of the mirror that every object has.</summary>
    private static readonly string[] AlwaysThere = ["id", "data", "created_at", "updated_at"];

    /// <summary>Fixed values that the database cannot read as the type of their column, a sentence each.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(SqlProjectionDefinition definition, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var columns = await ColumnsAsync(session, definition, cancellationToken).ConfigureAwait(false);
            foreach (var (member, rule) in definition.Rules)
            {
                if (!columns.TryGetValue(rule.Column, out var column))
                    continue;
                foreach (var value in rule.Value.Leaves.Where(v => CanBeTried(v, column)))
                {
                    if (!await CanBeReadAsync(session, value, column, cancellationToken).ConfigureAwait(false))
                        problems.Add($"{definition.Label}: {member} gives \"{column.Name}\", which is {column.Type}, {value}, which cannot be read as that.");
                }
            }
        }

        return problems;
    }

    /// <summary>What works and may surprise, a sentence each. For a projection without problems.</summary>
    public async Task<(IReadOnlyList<string> Warnings, long Ambiguous)> WarningsAsync(SqlProjectionDefinition definition, long now, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        var ambiguous = 0L;
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var columns = await ColumnsAsync(session, definition, cancellationToken).ConfigureAwait(false);
            foreach (var (member, rule) in definition.Rules.Where(r => r.Member is not ("key" or "adopt") && !columns[r.Rule.Column].IsNullable))
            {
                if (rule.Value.Leaves.All(v => MayBeNull(v, member)))
                    warnings.Add($"{definition.Label}: {member} gives \"{rule.Column}\", which is NOT NULL, {rule.Value}, which may be NULL: an object without it fails. Give a list that ends with a fixed value, like [\"public_metadata.role\", \"'USER'\"], or drop NOT NULL.");
            }

            if (definition.Adopt is { } adopt)
            {
                if (!columns[adopt.Column].IsIndexed)
                    warnings.Add($"{definition.Label}: adopt looks for \"{adopt.Column}\", which has no index, so that each new object reads the whole table. Make one: CREATE INDEX ON {definition.Into.Quoted} ({SqlDialect.Quoted(adopt.Column)});");
                var plan = new SqlProjectionPlan(definition, sources.First(s => s.Name == definition.From), [.. columns.Values], database.Dialect);
                await session.ExecuteAsync([new SqlQuery(plan.CountAmbiguous!, plan.Values([], now), reader => ambiguous = reader.GetInt64(0))], cancellationToken).ConfigureAwait(false);
                if (ambiguous > 0)
                    warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{definition.Label}: {ambiguous} objects find more than one row by \"{adopt.Column}\". They adopt none and get new rows."));
            }
        }

        return (warnings, ambiguous);
    }

    private async Task<Dictionary<string, ForeignColumn>> ColumnsAsync(SqlSession session, SqlProjectionDefinition definition, CancellationToken cancellationToken)
    {
        var columns = new Dictionary<string, ForeignColumn>(StringComparer.Ordinal);
        await session.ExecuteAsync([database.Dialect.ForeignColumns(definition.Into, c => columns[c.Name] = c)], cancellationToken).ConfigureAwait(false);
        return columns;
    }

    /// <summary>Whatever the comparison of kinds has not refused already.</summary>
    private static bool CanBeTried(ProjectionValue value, ForeignColumn column) => (value.Kind, column.Family) switch
    {
        (_, ColumnFamily.Any) or (ProjectionValueKind.Text, ColumnFamily.Choice) => false,
        (ProjectionValueKind.Text, _) => column.MaxLength is not { } most || value.Text.EnumerateRunes().Count() <= most,
        (ProjectionValueKind.Literal, ColumnFamily.Integer or ColumnFamily.Number) => value.Text is not ("true" or "false"),
        _ => false,
    };

    private async Task<bool> CanBeReadAsync(SqlSession session, ProjectionValue value, ForeignColumn column, CancellationToken cancellationToken)
    {
        var isText = value.Kind == ProjectionValueKind.Text;
        var fit = database.Dialect.FitFor(isText ? "$1" : value.Text, isText ? ColumnKind.Text : ColumnKind.Integer, column with { Cast = column.Type });
        try
        {
            await session.ExecuteAsync([new SqlQuery($"SELECT {fit}", isText ? [SqlValue.Text(value.Text)] : [], _ => { })], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (database.FaultOf(exception) == StorageFault.Data)
        {
            return false;
        }
    }

    private static bool MayBeNull(ProjectionValue value, string member) =>
        value.Kind == ProjectionValueKind.Column && !AlwaysThere.Contains(value.Text, StringComparer.Ordinal) && !(member == "onDelete" && value.Text == "deleted_at");
}
