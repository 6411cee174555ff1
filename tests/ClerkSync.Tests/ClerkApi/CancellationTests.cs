using Microsoft.AspNetCore.Http;

namespace ClerkSync.Tests.ClerkApi;

/// <summary>A stop ends every wait, without the clock going on.</summary>
public sealed class CancellationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("retry")]
    [InlineData("pause")]
    [InlineData("budget")]
    public async Task While_it_waits_for_its_time(string what)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(what == "retry" ? 503 : what == "pause" ? 429 : 200, "{}", ("Retry-After", "20"));
        using var client = stub.Client(o => o.RequestsPerTenSeconds = 1);
        if (what == "budget")
            await client.ReadAsync("users/user_0", Token);
        using var stop = new CancellationTokenSource();
        var work = client.ReadAsync("users/user_1", stop.Token);
        await stub.Clock.NextWaitAsync();
        Assert.False(work.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_it_waits_for_Clerk(bool hasBegun)
    {
        await using var stub = await ClerkStub.StartAsync();
        var arrived = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        stub.Then(async http =>
        {
            if (hasBegun)
            {
                await http.Response.WriteAsync("[", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }

            await using var registration = http.RequestAborted.Register(left.SetResult);
            arrived.SetResult();
            await left.Task;
        });
        using var stop = new CancellationTokenSource();
        var work = stub.Client().ListAsync("users", [], stop.Token);
        await arrived.Task.WaitAsync(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        await left.Task.WaitAsync(Token);
        Assert.Single(stub.Requests);
    }

    [Fact]
    public async Task Before_it_began()
    {
        await using var stub = await ClerkStub.StartAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stub.Client().ReadAsync("users/user_1", new CancellationToken(canceled: true)));
        Assert.Empty(stub.Requests);
    }
}
