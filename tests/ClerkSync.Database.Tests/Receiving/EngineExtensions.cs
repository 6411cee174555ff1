using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Receiving;

internal static class EngineExtensions
{
    /// <summary>Changes the database behind ClerkSync's back; <c>{users}</c> and <c>{{inbox_messages}}</c> name tables.</summary>
    public static async Task RunAsync(this Engine engine, string sql) => await engine.QueryAsync(sql);
}
