using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>A place where a worker stops until the test lets it go on.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task.WithinLimitAsync("a worker at the gate");

    public void Open() => _open.TrySetResult();

    public Task PassAsync()
    {
        _reached.TrySetResult();
        return _open.Task;
    }
}

/// <summary>Stops between the claim and everything else.</summary>
internal sealed class GatedProjection(Projection inner, Gate gate) : Projection(inner.Name, inner.Table, inner.Fingerprint)
{
    public override Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public override async Task ApplyAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        await gate.PassAsync();
        await inner.ApplyAsync(marks, cancellationToken);
    }

    public override StorageFault FaultOf(Exception exception) => inner.FaultOf(exception);

    public override string Describe(Exception exception) => inner.Describe(exception);
}

/// <summary>Reads with one statement and writes with another, as an object-relational mapper does, and stops in between.</summary>
internal sealed class ReadThenWriteProjection(Projection inner, ClerkSyncDatabase database, Gate? gate) : Projection(inner.Name, inner.Table, inner.Fingerprint)
{
    private readonly ProjectionMarks _marks = new(database);

    public override Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public override async Task ApplyAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string?>(StringComparer.Ordinal);
        await using (var session = await database.OpenAsync(cancellationToken))
        {
            foreach (var mark in marks)
            {
                var read = new SqlQuery(
                    $"SELECT full_name FROM {database.Dialect.TableName(SchemaArea.Mirror, Table)} WHERE id = $1",
                    [SqlValue.Id(mark.ObjectId)],
                    reader => names[mark.ObjectId] = reader.IsDBNull(0) ? null : reader.GetString(0));
                await session.ExecuteAsync([read], cancellationToken);
            }
        }

        if (gate is not null)
            await gate.PassAsync();
        await using var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken);
        foreach (var (id, name) in names)
        {
            await transaction.ExecuteAsync(
                [
                    new SqlQuery("DELETE FROM \"Person\" WHERE \"clerkId\" = $1", [SqlValue.Id(id)]),
                    new SqlQuery("INSERT INTO \"Person\" (\"clerkId\", \"name\") VALUES ($1, $2)", [SqlValue.Id(id), SqlValue.Text(name)]),
                ],
                cancellationToken);
        }

        await _marks.SettleAsync(transaction, marks, cancellationToken);
        await transaction.CommitAsync([], cancellationToken);
    }

    public override StorageFault FaultOf(Exception exception) => inner.FaultOf(exception);

    public override string Describe(Exception exception) => inner.Describe(exception);
}
