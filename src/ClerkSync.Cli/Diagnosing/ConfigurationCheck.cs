using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Serving;
using ClerkSync.Cli.Serving.Development;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether files and options can be read, and whether <c>serve</c> would start with them: it asks the same readers.</summary>
internal sealed class ConfigurationCheck(ExaminedConfiguration configuration) : Check("configuration")
{
    public override Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (configuration.Mistake is { } mistake)
            return Fail(mistake);
        if (new ClerkSyncOptionsValidator().Validate(null, configuration.Options).Failures?.Where(f => !IsToldElsewhere(f)).ToArray() is { Length: > 0 } failures)
            return Fail(CliErrors.BadOptions(PlainText.Line(string.Join(' ', failures))));
        try
        {
            ReadWhatServeReads();
        }
        catch (CliException exception)
        {
            return Fail(exception);
        }
        catch (OptionsValidationException exception)
        {
            return Fail(CliErrors.BadConfiguration(exception.Failures));
        }

        return Pass("The configuration can be read.", Sources());
    }

    /// <summary>Addresses, admin API, forwards, relay, projections. The database has a check of its own.</summary>
    private void ReadWhatServeReads()
    {
        var values = configuration.Values;
        var settings = new ServerSettings { Path = ServerSettings.DefaultPath, Flags = [] };
        _ = ServerSettings.UrlsOf(values);
        _ = AdminSettings.Read(values);
        _ = DevelopmentRelay.AddressIn(values);
        var services = new ServiceCollection();
        var clerkSync = services.AddClerkSync();
        foreach (var forward in settings.ForwardsOf(values))
            forward.AddTo(clerkSync);
        using var provider = services.BuildServiceProvider();
        _ = HandlerRegistration.Catalogue(provider);
        if (ProjectionsInFile.Find(configuration.Host).Problems is { Count: > 0 } problems)
            throw CliErrors.BadProjections(problems, ExitCodes.Failed);
    }

    /// <summary>Secrets and keys have checks of their own.</summary>
    private static bool IsToldElsewhere(string failure) => AskedClerk.IsOfClerk(failure) || failure.StartsWith("Signing.Secrets:", StringComparison.Ordinal);

    private string Sources()
    {
        string[] files = [.. EnvFilesCheck.Read.Prepend(ClerkSyncFileSource.FileName).Where(f => File.Exists(configuration.Host.FullPath(f)))];
        return $"Read in {PlainText.Line(configuration.Host.WorkingDirectory)}: {(files.Length == 0 ? "the environment only" : $"the environment, {string.Join(", ", files)}")}.";
    }
}
