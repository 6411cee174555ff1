using System.CommandLine;
using System.Runtime.InteropServices;
using ClerkSync.Cli.Commands;

namespace ClerkSync.Cli;

/// <summary>The command list, nothing else.</summary>
internal static class Program
{
    public static IReadOnlyList<Command> Commands(CliHost host) =>
    [
        new ServeCommand(host),
        new TriggerCommand(host),
        new EmulateCommand(host),
        new BackfillCommand(host),
        new ReconcileCommand(host),
        new InboxCommand(host),
        new ProjectionsCommand(host),
        new MigrateCommand(host),
        new StatusCommand(host),
        new DoctorCommand(host),
        new WebhooksCommand(host),
    ];

    private static async Task<int> Main(string[] args)
    {
        using var cancellation = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            // a second Ctrl+C ends the process at once
            signal.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await CommandLine.RunAsync(args, CliHost.OfThisProcess(), cancellation.Token);
    }
}
