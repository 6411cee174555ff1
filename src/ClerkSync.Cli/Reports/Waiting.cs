using Spectre.Console;

namespace ClerkSync.Cli.Reports;

/// <summary>Shows that something goes on, where it takes longer than a second and a person looks.</summary>
internal static class Waiting
{
    public static async Task<T> ForAsync<T>(CliHost host, bool json, string what, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        if (!host.OutIsTerminal || json)
            return await work();

        // SQLite works on the thread that asks
        var task = Task.Run(work, cancellationToken);
        await Task.WhenAny(task, Task.Delay(TimeSpan.FromSeconds(1), host.Time, cancellationToken));
        return task.IsCompleted ? await task : await host.Screen.Status().StartAsync(Markup.Escape(what), _ => task);
    }
}
