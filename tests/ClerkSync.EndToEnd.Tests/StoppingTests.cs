using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>An orderly stop.</summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task Requests_in_flight_are_answered_and_the_exit_code_is_0()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, new());
        await using var server = await ServerProcess.StartAsync(database);
        using var client = new DeliveryClient(server.Secret);
        var message = Population.Create(users: 1, updates: 0).Messages[0].Message;

        // A request is in flight, for certain, while half of its body is still to come.
        await using var half = await HalfRequest.SendAsync(server, message);
        var stopping = server.StopAsync();
        await Deadline.UntilAsync("the server listens no more", async () => (await client.GetAsync(server.Live)).Status is null);
        var answer = await half.CompleteAsync();

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"result\":\"applied\"", answer, StringComparison.Ordinal);
        Assert.Equal(0, await stopping);
        Assert.Empty(await MirrorCheck.LostAsync(database, [new(message, "users", Population.Create(users: 1, updates: 0).Messages[0].ObjectId, 1)]));
    }
}
