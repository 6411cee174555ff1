namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Limits that only keep a broken test from hanging; nothing is measured.</summary>
internal static class Deadline
{
    /// <summary>For anything that takes a few seconds on a busy machine.</summary>
    public static readonly TimeSpan Generous = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is yes.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Generous)
                throw new TimeoutException($"Waited in vain until {what}.");
            await Task.Delay(BetweenQuestions, TimeProvider.System);
        }
    }
}
