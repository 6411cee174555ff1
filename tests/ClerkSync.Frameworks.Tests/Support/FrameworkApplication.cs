using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClerkSync.Signing;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>One of the applications, running on a loopback port.</summary>
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
    public static async Task<FrameworkApplication> StartAsync(string folder)
    {
        var framework = KnownFrameworks.Of(folder);
        await NodePackages.BuildAsync(framework);
        return await StartAsync(framework, FreePort(), "npm", "start");
    }

    /// <summary>Starts the server that the framework has for development.</summary>
    public static async Task<FrameworkApplication> StartDevelopmentAsync(string folder)
    {
        var framework = KnownFrameworks.Of(folder);
        await NodePackages.BuildAsync(framework);
        var port = FreePort();
        return await StartAsync(framework, port, "npm", "run", "dev", "--", "--port", port.ToString(CultureInfo.InvariantCulture));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<FrameworkApplication> StartAsync(Framework framework, int port, params string[] command)
    {
        var secret = SigningSecret.Create();
        var environment = NodePackages.Environment();
        environment[framework.SecretVariable] = secret.Reveal();
        environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        environment["HOST"] = "127.0.0.1";
        var application = new FrameworkApplication(
            framework, secret, new($"http://localhost:{port}/"), ChildProcess.Start(command, framework.FolderPath, environment));
        try
        {
            using var client = new DeliveryClient(secret);
            await Deadline.UntilAsync($"{framework.Title} answers", async () => (await client.GetAsync(application.Address)).Status is not null);
        }
        catch (TimeoutException exception)
        {
            await application.DisposeAsync();
            throw new InvalidOperationException($"{exception.Message} It printed:\n{application.Printed}", exception);
        }

        return application;
    }

    /// <summary>Not all of them can be asked which port they took, so each is given one that was free a moment ago.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
