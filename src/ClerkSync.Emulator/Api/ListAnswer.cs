using System.Buffers.Text;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Api;

/// <summary>How one list behaves.</summary>
internal sealed record ListOptions
{
    /// <summary>A bare array; otherwise <c>{data, total_count}</c>.</summary>
    public bool IsBare { get; init; }

    /// <summary>Whether <c>paginated=true</c> asks for <c>{data, total_count}</c>.</summary>
    public bool CanPaginate { get; init; }

    /// <summary>Whether <c>starting_after</c> is understood.</summary>
    public bool HasCursor { get; init; }

    /// <summary>By what it can be sorted, besides <c>created_at</c>.</summary>
    public IReadOnlyList<string> Orders { get; init; } = [];

    public View View { get; init; } = View.Api;

    /// <summary>The objects to choose from; null for all of the kind.</summary>
    public IEnumerable<Entity>? Among { get; init; }

    public Func<Entity, bool>? Filter { get; init; }

    /// <summary>The value to sort by; null for the member of that name.</summary>
    public Func<Entity, string, JsonNode?>? SortValue { get; init; }
}

/// <summary>Makes the page of a list: shape, limit, offset, order, cursor.</summary>
internal static class ListAnswer
{
    public const int LargestLimit = 500;
    private const int DefaultLimit = 10;
    private const string Created = "created_at";

    public static ApiResult Make(Kind kind, ApiRequest request, ListOptions options)
    {
        var limit = ReadLimit(request);
        var offset = ReadOffset(request);
        var (order, ascending) = ReadOrder(request, options);
        var cursor = ReadCursor(kind, request, options, order);

        IEnumerable<Row> rows;
        long total;
        if (options.Among is null && options.Filter is null && order == Created)
        {
            rows = kind.Store.Rows(ascending, cursor);
            total = kind.Store.Count;
        }
        else
        {
            var found = (options.Among ?? kind.Store.All()).Where(options.Filter ?? (static _ => true)).ToList();
            total = found.Count;
            rows = Sort(found, options, order, ascending).Where(e => cursor is not { } after || (ascending ? e.Position > after : e.Position < after))
                .Select(e => new Row(e, -1));
        }

        var page = rows.Skip((int)offset).Take(limit);
        var fault = request.ChoosePageFault();
        if (fault.IsEmpty)
            page = [];
        else if (fault.HiddenRow is { } hidden)
            page = Without(page, hidden);
        var isBare = options.IsBare && !(options.CanPaginate && request.Is("paginated"));
        return new(200, Write(kind, page, options.View, isBare ? null : total), isList: true);
    }

    private static int ReadLimit(ApiRequest request) => request.Number("limit") switch
    {
        null => DefaultLimit,
        < 1 => throw ClerkEmulatorException.BadParameter("limit", "limit must be between 1 and 500."),
        > LargestLimit => DefaultLimit,
        { } limit => (int)limit,
    };

    private static long ReadOffset(ApiRequest request) => request.Number("offset") switch
    {
        null => 0,
        < 0 or > int.MaxValue => throw ClerkEmulatorException.BadParameter("offset", "offset must be greater than or equal to 0."),
        { } offset => offset,
    };

    private static (string Order, bool Ascending) ReadOrder(ApiRequest request, ListOptions options)
    {
        // a plus sign that was not escaped arrives as a space
        var text = request.Text("order_by") ?? "-" + Created;
        var name = text.TrimStart('-', '+', ' ');
        if (name != Created && !options.Orders.Contains(name, StringComparer.Ordinal))
            throw ClerkEmulatorException.BadParameter("order_by", $"order_by does not match one of the allowed values: {string.Join(", ", options.Orders.Append(Created))}.");
        return (name, !text.StartsWith('-'));
    }

    private static Position? ReadCursor(Kind kind, ApiRequest request, ListOptions options, string order)
    {
        if (!options.HasCursor || request.Text("starting_after") is not { } id)
            return null;
        if (request.Has("offset"))
            throw ClerkEmulatorException.BadParameter("starting_after", "starting_after cannot be used together with offset.");
        if (order != Created)
            throw ClerkEmulatorException.BadParameter("starting_after", "starting_after can only be used when ordering by created_at.");
        return kind.Store.PositionOf(id) ?? throw ClerkEmulatorException.BadParameter("starting_after", "starting_after is not the id of an object of this list.");
    }

    private static IEnumerable<Entity> Sort(List<Entity> found, ListOptions options, string order, bool ascending)
    {
        if (order == Created)
            return ascending ? found.OrderBy(e => e.Position) : found.OrderByDescending(e => e.Position);
        JsonNode? Value(Entity entity) => options.SortValue is { } value ? value(entity, order) : entity[order];
        return ascending
            ? found.OrderBy(e => Value(e).AsNumber()).ThenBy(e => Value(e).AsText(), StringComparer.Ordinal).ThenBy(e => e.Position)
            : found.OrderByDescending(e => Value(e).AsNumber()).ThenByDescending(e => Value(e).AsText(), StringComparer.Ordinal).ThenByDescending(e => e.Position);
    }

    private static List<Row> Without(IEnumerable<Row> page, int hidden)
    {
        var rows = page.ToList();
        if (rows.Count > 0)
            rows.RemoveAt(hidden % rows.Count);
        return rows;
    }

    private static ByteBuffer Write(Kind kind, IEnumerable<Row> page, View view, long? total)
    {
        var buffer = new ByteBuffer(4096);
        buffer.Append(total is null ? "["u8 : """{"data":["""u8);
        var isFirst = true;
        foreach (var row in page)
        {
            if (!isFirst)
                buffer.Append((byte)',');
            isFirst = false;
            kind.Write(row, view, buffer);
        }

        if (total is null)
        {
            buffer.Append((byte)']');
            return buffer;
        }

        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(total.Value, digits, out var written);
        buffer.Append("],\"total_count\":"u8);
        buffer.Append(digits[..written]);
        buffer.Append((byte)'}');
        return buffer;
    }
}
