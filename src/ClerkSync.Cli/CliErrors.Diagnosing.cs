using System.Globalization;
using ClerkSync.Handlers;

namespace ClerkSync.Cli;

/// <summary>Wrong usage of <c>doctor</c>, and configurations that only it survives.</summary>
internal static partial class CliErrors
{
    public static CliException BadEndpointUrl(string text) =>
        new("bad_url", $"--url '{ForwardAddress.Shown(text)}' is not an address.", "Write it like https://app.example.com/api/webhooks/clerk, localhost:3000/api/webhooks/clerk, or 3000.");

    public static CliException FileDoesNotEnd(IReadOnlyList<string> files, TimeSpan waited)
    {
        var which = files.Count == 0 ? "The configuration files" : string.Join(", ", files);
        var kind = files.Count == 0 ? "" : " No ordinary file, it seems, but a named pipe that nobody writes to.";
        return new(
            "file_does_not_end", string.Create(CultureInfo.InvariantCulture, $"{which} had not been read after {waited.TotalSeconds:0} s.{kind}"),
            "Start the program that writes into the pipe, or put an ordinary file in its place. Until then only the environment counts here, and every other command waits.");
    }

    /// <summary>The message of an exception nobody expected can hold anything.</summary>
    public static CliException ConfigurationFailed(Exception exception) =>
        new("configuration_failed", $"The configuration cannot be read: {exception.GetType().Name}.", "Look for names in the environment that differ in upper and lower case only, and for a working directory that is gone.");
}
