namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether files and options can be read.</summary>
internal sealed class ConfigurationCheck(ExaminedConfiguration configuration) : Check("configuration")
{
    public override Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (configuration.Mistake is { } mistake)
            return Fail(mistake);
        return new ClerkSyncOptionsValidator().Validate(null, configuration.Options).Failures?.Where(f => !IsToldElsewhere(f)).ToArray() is { Length: > 0 } failures
            ? Fail(CliErrors.BadOptions(PlainText.Line(string.Join(' ', failures))))
            : Pass("The configuration can be read.", Sources());
    }

    /// <summary>Secrets and keys have checks of their own.</summary>
    private static bool IsToldElsewhere(string failure) => AskedClerk.IsOfClerk(failure) || failure.StartsWith("Signing.Secrets:", StringComparison.Ordinal);

    private string Sources()
    {
        string[] files = [.. EnvFilesCheck.Read.Prepend(Configuration.ClerkSyncFileSource.FileName).Where(f => File.Exists(configuration.Host.FullPath(f)))];
        return $"Read in {PlainText.Line(configuration.Host.WorkingDirectory)}: {(files.Length == 0 ? "the environment only" : $"the environment, {string.Join(", ", files)}")}.";
    }
}
