using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ClerkSync.Storage;

namespace ClerkSync.Compare;

/// <summary>
/// The script of pgbench that repeats recorded transactions. Their texts are its text; their parameters are rows of a table, because pgbench cannot send
/// arrays. Documents are kept as text, so that the server parses them each time, as it does when they come over the wire.
/// </summary>
internal sealed partial class BatchScript(ClerkSyncDatabase database, int rows)
{
    private const string Table = "compare_batches";

    /// <summary>How ClerkSync begins a transaction; sent with its first statements.</summary>
    private static readonly string[] s_begin =
        ["BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "SET LOCAL lock_timeout = 3000", "SET LOCAL synchronous_commit = on", "SET LOCAL idle_in_transaction_session_timeout = 15000"];

    private readonly HashSet<string> _columns = [];
    private string? _body;
    private int _batches;

    /// <summary>Every transaction takes the next batch, and ids of messages that nobody has had.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"\\set n :n + 1\n\\set batch :n % {_batches}\n{_body}");

    public Task CreateTableAsync() => ExecuteAsync(new SqlQuery($"DROP TABLE IF EXISTS {Table}", []), new SqlQuery($"CREATE TABLE {Table} (number int PRIMARY KEY)", []));

    /// <summary>Keeps the parameters of a transaction. The texts of all have to be the same.</summary>
    public async Task AddAsync(RecordedTransaction transaction, IReadOnlySet<string> messageIds)
    {
        var values = new List<BulkColumn>();
        var body = new StringBuilder();
        for (var trip = 0; trip < transaction.RoundTrips.Count; trip++)
        {
            var statements = transaction.RoundTrips[trip].Select((s, i) => TextOf(s, string.Create(CultureInfo.InvariantCulture, $"p{trip}_{i}_"), messageIds, values));
            string[] all = [.. trip == 0 ? s_begin : [], .. statements, .. trip == transaction.RoundTrips.Count - 1 ? ["COMMIT"] : Array.Empty<string>()];
            body.Append("\\startpipeline\n").AppendJoin("", all.Select(s => $"{s.ReplaceLineEndings(" ")};\n")).Append("\\endpipeline\n");
        }

        if ((_body ??= body.ToString()) != body.ToString())
            throw new InvalidOperationException("Not every recorded batch is of the same statements.");
        foreach (var column in values.Where(c => _columns.Add(c.Name)))
            await ExecuteAsync(new SqlQuery($"ALTER TABLE {Table} ADD COLUMN {column.Name} {TypeOf(column.Kind)}[]", []), new SqlQuery($"ALTER TABLE {Table} ALTER COLUMN {column.Name} SET STORAGE EXTERNAL", []));
        var parameters = values.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}"));
        var insert = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {Table} (number, {string.Join(", ", values.Select(v => v.Name))}) VALUES ({_batches++}, {string.Join(", ", parameters)})");
        await ExecuteAsync(new SqlBulk(insert, values, rows));
    }

    /// <summary>A statement with something in the place of each parameter.</summary>
    private string TextOf(SqlStatement statement, string prefix, IReadOnlySet<string> messageIds, List<BulkColumn> values) => Parameter().Replace(
        statement.Text,
        match =>
        {
            var at = int.Parse(match.ValueSpan[1..], CultureInfo.InvariantCulture) - 1;
            var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{at}");
            if (statement is SqlQuery { Values: var singles } && singles[at].Value is string text)
                return SqlDialect.Literal(text);
            var column = statement is SqlBulk bulk ? bulk.Columns[at] : List((string[])((SqlQuery)statement).Values[at].Value!);
            if (column.Values.All(v => v is string id && messageIds.Contains(id)))
                return string.Create(CultureInfo.InvariantCulture, $"(ARRAY(SELECT 'msg_3CompareLimit{rows:D4}' || lpad((:n::bigint * {rows} + i)::text, 10, '0') FROM generate_series(0, {rows - 1}) AS i))");
            if (values.TrueForAll(v => v.Name != name))
                values.Add(Named(name, column));
            return $"(SELECT {name} FROM {Table} WHERE number = :batch::int)::{TypeOf(column.Kind == ColumnKind.Json ? ColumnKind.Text : column.Kind)}[]";
        });

    private static BulkColumn List(string[] texts)
    {
        var column = new BulkColumn("list", ColumnKind.Text, texts.Length);
        texts.CopyTo(column.Values, 0);
        return column;
    }

    private static BulkColumn Named(string name, BulkColumn column)
    {
        var named = new BulkColumn(name, column.Kind == ColumnKind.Json ? ColumnKind.Text : column.Kind, column.Values.Length);
        for (var i = 0; i < column.Values.Length; i++)
            named.Values[i] = column.Kind == ColumnKind.Json && column.Values[i] is ReadOnlyMemory<byte> json ? Encoding.UTF8.GetString(json.Span) : column.Values[i];
        return named;
    }

    private string TypeOf(ColumnKind kind) => kind is ColumnKind.Id or ColumnKind.TextList ? "text" : database.Dialect.ColumnType(kind);

    private async Task ExecuteAsync(params SqlStatement[] statements)
    {
        await using var session = await database.OpenAsync(CancellationToken.None);
        await session.ExecuteAsync(statements, CancellationToken.None);
    }

    [GeneratedRegex(@"\$\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
