namespace ClerkSync.Database.Tests.Support;

/// <summary>Waits for what other threads do, and says what did not come instead of waiting for ever.</summary>
internal static class Patience
{
    /// <summary>Far more than a loaded machine needs: who fails has waited for something that does not come.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Asks again and again until something is so.</summary>
    /// <param name="what">What is waited for, as the error says it.</param>
    /// <param name="isSo">Whether it is so now.</param>
    /// <param name="meanwhile">What is done between two questions, such as moving a clock on.</param>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo, Action? meanwhile = null)
    {
        var beganAt = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Pause, TimeProvider.System);
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(beganAt) < Limit, $"Waited {Limit.TotalSeconds} s in vain: {what}.");
            meanwhile?.Invoke();
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc cref="UntilAsync(string, Func{Task{bool}}, Action?)"/>
    public static Task UntilAsync(string what, Func<bool> isSo, Action? meanwhile = null) => UntilAsync(what, () => Task.FromResult(isSo()), meanwhile);

    /// <summary>Waits for a task of somebody else.</summary>
    public static async Task<T> WithinLimitAsync<T>(this Task<T> task, string what)
    {
        await ((Task)task).WithinLimitAsync(what);
        return await task;
    }

    /// <summary>Waits for a task of somebody else.</summary>
    public static async Task WithinLimitAsync(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"Waited {Limit.TotalSeconds} s in vain: {what}.");
        }
    }
}
