using System.Text;
using System.Text.RegularExpressions;
using ClerkSync.EntityFrameworkCore;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.EntityFrameworkCore;

/// <summary>The mirrored entities are made of the definitions: a property for each column, and nothing else.</summary>
public sealed partial class MirroredEntityTests
{
    [Fact]
    public void The_classes_are_made_of_the_definitions() => Assert.All(
        MirroredEntities.All,
        e => GeneratedDocument.IsUpToDate($"src/ClerkSync.EntityFrameworkCore/Mirror/{e.Type.Name}.cs", Write(e.Table, e.Type.Name)));

    [Fact]
    public void Each_column_has_a_property_of_its_kind_and_nothing_else_is_there() => Assert.All(
        MirroredEntities.All,
        e => Assert.Equal(
            MirroredEntities.ColumnsOf(e.Table).Select(c => $"{MirroredEntities.ClrTypeOf(c.Kind)} {MirroredEntities.PropertyOf(c.Name)}").Order(StringComparer.Ordinal),
            e.Type.GetProperties().Select(p => $"{p.PropertyType} {p.Name}").Order(StringComparer.Ordinal)));

    [Fact]
    public void There_is_a_class_for_each_table_and_no_other() => Assert.Equal(
        MirroredEntities.All.Select(e => e.Type.Name).Order(StringComparer.Ordinal),
        typeof(MirroredUser).Assembly.GetExportedTypes().Select(t => t.Name).Where(n => n.StartsWith("Mirrored", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static string Write(MirrorTable table, string name)
    {
        var text = new StringBuilder($$"""
            namespace ClerkSync.EntityFrameworkCore;

            /// <summary>A living row of the mirror table <c>{{table.Name}}</c>. {{Xml(table.Meaning)}}</summary>
            /// <remarks>Read-only. A property is null where the object has no such value.</remarks>
            public sealed class {{name}}
            {

            """);
        var generated = table.Generated.Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
        text.AppendJoin("\n", MirroredEntities.ColumnsOf(table).Select(c => Write(c.Name, c.Kind, generated.Contains(c.Name) ? $"{c.Meaning} of the object." : c.Meaning)));
        return text.Append("}\n").ToString();
    }

    private static string Write(string column, ColumnKind kind, string meaning) =>
        $"    /// <summary>{Xml(meaning)}{Form(kind)}</summary>\n    public {CSharpOf(column, kind)} {MirroredEntities.PropertyOf(column)} {{ get; init; }}\n";

    private static string Form(ColumnKind kind) => kind switch
    {
        ColumnKind.Json => " A JSON document.",
        ColumnKind.Timestamp => " In UTC, to the millisecond.",
        _ => "",
    };

    private static string CSharpOf(string column, ColumnKind kind) => kind switch
    {
        ColumnKind.TextList => "IReadOnlyList<string>?",
        ColumnKind.Integer => "long?",
        ColumnKind.Boolean => "bool?",
        ColumnKind.Timestamp => "DateTimeOffset?",
        _ => column == "id" ? "required string" : "string?",
    };

    private static string Xml(string markdown) => Code().Replace(markdown, "<c>$1</c>");

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();
}
