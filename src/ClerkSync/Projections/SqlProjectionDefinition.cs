using System.Text.Json;
using System.Text.RegularExpressions;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>A projection as somebody wrote it down.</summary>
internal sealed record SqlProjectionDefinition
{
    public required string Name { get; init; }

    /// <summary>The mirror table.</summary>
    public required string From { get; init; }

    /// <summary>The user's table.</summary>
    public required QualifiedName Into { get; init; }

    /// <summary>The column of the user's table that holds the object's id, and the mirror's column.</summary>
    public required ColumnRule Key { get; init; }

    /// <summary>Columns that are kept equal.</summary>
    public IReadOnlyList<ColumnRule> Columns { get; init; } = [];

    /// <summary>What else a new row gets.</summary>
    public IReadOnlyList<ColumnRule> OnInsert { get; init; } = [];

    /// <summary>What a row gets whenever something of it is written.</summary>
    public IReadOnlyList<ColumnRule> OnChange { get; init; } = [];

    /// <summary>How a row that was there before is found; null for not at all.</summary>
    public ColumnRule? Adopt { get; init; }

    public DeletionRule OnDelete { get; init; } = DeletionRule.Keep;

    /// <summary>What <see cref="DeletionRule.Set"/> sets.</summary>
    public IReadOnlyList<ColumnRule> Set { get; init; } = [];

    /// <summary>What these columns become when the object is back; NULL where nothing is said.</summary>
    public IReadOnlyList<ColumnRule> OnRestore { get; init; } = [];

    /// <summary>Everything that decides what is written, in one text.</summary>
    public string Canonical => string.Join('\n', [From, Into.Quoted, $"{Key}", .. Lines("columns", Columns), .. Lines("onInsert", OnInsert), .. Lines("onChange", OnChange), $"{Adopt}", $"{OnDelete}", .. Lines("set", Set), .. Lines("onRestore", OnRestore)]);

    private static IEnumerable<string> Lines(string member, IReadOnlyList<ColumnRule> rules) => rules.OrderBy(r => r.Column, StringComparer.Ordinal).Select(r => $"{member} {r}");
}

/// <summary>What becomes of a row when its object is deleted.</summary>
internal enum DeletionRule
{
    Keep,
    Delete,
    Set,
}

/// <summary>A column of the user's table and what it gets.</summary>
internal sealed record ColumnRule(string Column, ProjectionValue Value);

/// <summary>What a column gets.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Text">The text, the JSON literal, or the mirror's column with a path, as written.</param>
internal sealed partial record ProjectionValue(ProjectionValueKind Kind, string Text)
{
    /// <summary>Whether it would be another one each time, so that it is written only where there is none yet.</summary>
    public bool IsOnce => Kind is ProjectionValueKind.Now or ProjectionValueKind.Uuid;

    /// <summary>Reads what somebody wrote; null when it is nothing that a column can get.</summary>
    public static ProjectionValue? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Read(element.GetString()!),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => new(ProjectionValueKind.Literal, element.GetRawText()),
        _ => null,
    };

    public override string ToString() => Kind == ProjectionValueKind.Text ? $"'{Text}'" : Text;

    private static ProjectionValue? Read(string text) => text switch
    {
        "now()" => new(ProjectionValueKind.Now, text),
        "uuid()" => new(ProjectionValueKind.Uuid, text),
        ['\'', .. var inner, '\''] => new(ProjectionValueKind.Text, inner.Replace("''", "'", StringComparison.Ordinal)),
        _ when Path().IsMatch(text) => new(ProjectionValueKind.Column, text),
        _ => null,
    };

    /// <summary>A column of the mirror, and a way into its document.</summary>
    [GeneratedRegex("""^[a-z][a-z0-9_]*(\.[^."\\\p{Cc}]+)*$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Path();
}

internal enum ProjectionValueKind
{
    Now,
    Uuid,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>A JSON number, true, false or null.</summary>
    Literal,

    /// <summary>A column of the mirror.</summary>
    Column,
}

/// <summary>A mirror table, as far as projections know it.</summary>
/// <param name="Name">For example <c>users</c>.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record SourceTable(string Name, IReadOnlyList<SourceColumn> Columns);

/// <summary>A column of a mirror table.</summary>
internal sealed record SourceColumn(string Name, ColumnKind Kind);
