using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClerkSync.Signing;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>One of the applications, built for production and running on a loopback port.</summary>
internal sealed class FrameworkApplication : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private FrameworkApplication(Framework framework, SigningSecret secret, Uri address, ChildProcess process) =>
        (Framework, Secret, Address, _process) = (framework, secret, address, process);

    public Framework Framework { get; }

    public SigningSecret Secret { get; }

    public Uri Address { get; }

    public Uri Webhook => new(Address, Framework.Path);

    /// <summary>Everything it printed.</summary>
    public string Printed => _process.Printed;

    /// <summary>Installs and builds it where that has not happened, starts it, and waits until it answers.</summary>
    public static async Task<FrameworkApplication> StartAsync(string folder, SigningSecret? secret = null)
    {
        var framework = KnownFrameworks.Of(folder);
        await NodePackages.BuildAsync(framework);
        var ours = secret ?? SigningSecret.Create();
        var port = FreePort();
        var environment = NodePackages.Environment();
        environment[framework.SecretVariable] = ours.Reveal();
        environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        environment["HOST"] = "127.0.0.1";
        var application = new FrameworkApplication(
            framework, ours, new($"http://localhost:{port}/"), ChildProcess.Start(["npm", "start"], framework.FolderPath, environment));
        try
        {
            using var client = new DeliveryClient(ours);
            await Deadline.UntilAsync($"{framework.Title} answers", async () => (await client.GetAsync(application.Address)).Status is not null);
        }
        catch (TimeoutException exception)
        {
            await application.DisposeAsync();
            throw new InvalidOperationException($"{exception.Message} It printed:\n{application.Printed}", exception);
        }

        return application;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Not all of them can be asked which port they took, so each is given one that was free a moment ago.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
