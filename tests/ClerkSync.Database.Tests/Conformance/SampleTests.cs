using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Conformance;

public sealed class SampleTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Every_sample_is_durable_and_ends_where_it_belongs(DatabaseKind kind)
    {
        foreach (var name in Samples.Names.Concat(Samples.Variants))
        {
            await using var database = await TestDatabase.CreateAsync(kind, postgres);
            await using var engine = await Engine.StartAsync(database);
            var outcome = await engine.ReceiveAsync("msg_" + name, Samples.Read(name));
            Assert.True(outcome.IsDurable, $"{name}: {outcome}");
            Assert.True(outcome.Result is ReceiveResult.Applied or ReceiveResult.Stored or ReceiveResult.Ignored, $"{name}: {outcome}");
        }
    }
}
