using System.Data.Common;

namespace ClerkSync.Storage;

/// <summary>A value bound to a statement; <c>$1</c> in the text is the first.</summary>
/// <param name="Kind">How the driver binds it.</param>
/// <param name="Value"><see cref="string"/>, <see cref="long"/>, <see cref="bool"/>, bytes, a <c>string[]</c> for <see cref="ColumnKind.TextList"/>, or null.</param>
internal readonly record struct SqlValue(ColumnKind Kind, object? Value)
{
    public static SqlValue Id(string? value) => new(ColumnKind.Id, value);

    public static SqlValue Text(string? value) => new(ColumnKind.Text, value);

    public static SqlValue Integer(long? value) => new(ColumnKind.Integer, value);

    /// <summary>A moment in Unix milliseconds.</summary>
    public static SqlValue Timestamp(long? value) => new(ColumnKind.Timestamp, value);

    public static SqlValue List(string[] values) => new(ColumnKind.TextList, values);
}

/// <summary>One statement of a batch. A batch is sent in one round trip where the driver can.</summary>
internal abstract class SqlStatement(string text)
{
    public string Text { get; } = text;
}

/// <summary>A statement with single values, which may answer with rows.</summary>
internal sealed class SqlQuery(string text, SqlValue[] values, Action<DbDataReader>? onRow = null) : SqlStatement(text)
{
    public SqlValue[] Values { get; } = values;

    /// <summary>Called for each row while the reader stands on it. Every statement that answers with rows has one, and no other.</summary>
    public Action<DbDataReader>? OnRow { get; } = onRow;
}

/// <summary>A statement that is carried out for many rows: arrays of columns on PostgreSQL, one execution a row elsewhere.</summary>
internal sealed class SqlBulk(string text, IReadOnlyList<BulkColumn> columns, int rows) : SqlStatement(text)
{
    public IReadOnlyList<BulkColumn> Columns { get; } = columns;

    public int Rows { get; } = rows;
}

/// <summary>The values of one column of a bulk statement, a row each.</summary>
internal sealed class BulkColumn(string name, ColumnKind kind, int rows)
{
    public string Name { get; } = name;

    public ColumnKind Kind { get; } = kind;

    /// <summary>Values as in <see cref="SqlValue.Value"/>.</summary>
    public object?[] Values { get; } = new object?[rows];
}
