using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Receiving;

internal static class EngineExtensions
{
    /// <summary>What applies a batch that the test puts together itself.</summary>
    public static MessageApplier Applier(this Engine engine, TimeProvider? clock = null) => new(engine.Database, new(), clock ?? TimeProvider.System);

    /// <summary>Changes the database behind ClerkSync's back; <c>{users}</c> and <c>{{inbox_messages}}</c> name tables.</summary>
    public static async Task RunAsync(this Engine engine, string sql) => await engine.QueryAsync(sql);
}
