using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Diagnosing;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>Environments that people really have.</summary>
public sealed class DoctorEdgeTests : IDisposable
{
    private const string MadeUp = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("http://127.0.0.1:8787/api/webhooks/clerk")]
    public void A_secret_that_is_given_is_the_one_that_signs(string? url)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(Setting.SigningSecret.Name, CliRun.Secret)]).Build();
        var running = new ClerkSync.Cli.DevState("http://127.0.0.1:8787/api/webhooks/clerk", MadeUp, 1);

        var target = EndpointTarget.Find(configuration, url is null ? null : new Uri(url), running);

        Assert.Equal(CliRun.Secret, target!.Secrets!.Single().Reveal());
    }

    [Fact]
    public void The_secret_that_a_development_server_made_up_signs_nothing_for_another_address()
    {
        var running = new ClerkSync.Cli.DevState("http://127.0.0.1:8787/api/webhooks/clerk", MadeUp, 1);

        Assert.Null(EndpointTarget.Find(new ConfigurationBuilder().Build(), new Uri("https://app.example.com/api/webhooks/clerk"), running)!.Secrets);
    }
}
