using System.Text.Json;
using System.Text.RegularExpressions;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>A projection as somebody wrote it down.</summary>
internal sealed record SqlProjectionDefinition
{
    /// <summary>Stands where the table could not be read.</summary>
    public static readonly QualifiedName UnreadTable = new(null, " ");

    public required string Name { get; init; }

    /// <summary>How sentences about it begin.</summary>
    public required string Label { get; init; }

    /// <summary>
    /// What is wrong with it as it is written down, a sentence each. One with mistakes never works; what could be read of it is compared with the table all the same, so
    /// that everything is named at once.
    /// </summary>
    public IReadOnlyList<string> Mistakes { get; init; } = [];

    /// <summary>The mirror table; empty where it could not be read.</summary>
    public required string From { get; init; }

    /// <summary>The user's table; <see cref="UnreadTable"/> where it could not be read.</summary>
    public required QualifiedName Into { get; init; }

    /// <summary>The column of the user's table that holds the object's id, and the mirror's column; null where they could not be read.</summary>
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

    public bool HasKey => Key.Column.Length > 0;

    /// <summary>Everything that it says of a column of the user's table, with the member that says it.</summary>
    public IEnumerable<(string Member, ColumnRule Rule)> Rules =>
    [
        .. HasKey ? [("key", Key)] : Array.Empty<(string, ColumnRule)>(),
        .. Columns.Select(r => ("columns", r)),
        .. OnInsert.Select(r => ("onInsert", r)),
        .. OnChange.Select(r => ("onChange", r)),
        .. Adopt is { } adopt ? [("adopt", adopt)] : Array.Empty<(string, ColumnRule)>(),
        .. Set.Select(r => ("onDelete", r)),
        .. OnRestore.Select(r => ("onRestore", r)),
    ];

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
    /// <summary>Of <see cref="ProjectionValueKind.First"/>: what is looked at, in order.</summary>
    public IReadOnlyList<ProjectionValue> Parts { get; init; } = [];

    /// <summary>Everything that it may come from.</summary>
    public IReadOnlyList<ProjectionValue> Leaves => Kind == ProjectionValueKind.First ? Parts : [this];

    /// <summary>Whether it would be another one each time, so that it is written only where there is none yet.</summary>
    public bool IsOnce => Kind is ProjectionValueKind.Now or ProjectionValueKind.Uuid;

    /// <summary>Reads what somebody wrote; null when it is nothing that a column can get.</summary>
    public static ProjectionValue? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Read(element.GetString()!),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => new(ProjectionValueKind.Literal, element.GetRawText()),
        _ => null,
    };

    public override string ToString() => Kind switch
    {
        ProjectionValueKind.Text => $"'{Text}'",
        ProjectionValueKind.First => $"[{string.Join(", ", Parts)}]",
        _ => Text,
    };

    private static ProjectionValue? Read(string text) => text switch
    {
        "now()" => new(ProjectionValueKind.Now, text),
        "uuid()" => new(ProjectionValueKind.Uuid, text),
        ['\'', .. var inner, '\''] => new(ProjectionValueKind.Text, inner.Replace("''", "'", StringComparison.Ordinal)),
        _ when Path().IsMatch(text) => new(ProjectionValueKind.Column, text),
        _ => null,
    };

    /// <summary>A column of the mirror, and a way into its document. Upper case is in none, and read here so that the right name can be guessed.</summary>
    [GeneratedRegex("""^[A-Za-z_][A-Za-z0-9_]*(\.[^."\\\p{Cc}]+)*$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
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

    /// <summary>The first of several that is not NULL.</summary>
    First,

    /// <summary>Nothing that could be read.</summary>
    Unread,
}

/// <summary>A mirror table, as far as projections know it.</summary>
/// <param name="Name">For example <c>users</c>.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record SourceTable(string Name, IReadOnlyList<SourceColumn> Columns);

/// <summary>A column of a mirror table.</summary>
internal sealed record SourceColumn(string Name, ColumnKind Kind);
