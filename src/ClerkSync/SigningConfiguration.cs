using ClerkSync.Signing;
using Microsoft.Extensions.Configuration;

namespace ClerkSync;

/// <summary>
/// Finds the signing secrets in a configuration: <c>ClerkSync:Signing:Secrets</c> (a list or one text), else <c>CLERK_WEBHOOK_SIGNING_SECRET</c>,
/// else <c>CLERK_WEBHOOK_SECRET</c>, the name that older guides use. An empty value counts as absent.
/// </summary>
internal static class SigningConfiguration
{
    public const string Section = "ClerkSync:Signing";

    private static readonly string[] FlatNames = [Section + ":" + nameof(SigningOptions.Secrets), "CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET"];

    public static SigningOptions Read(IConfiguration configuration)
    {
        var options = new SigningOptions();
        var section = configuration.GetSection(Section);
        foreach (var item in section.GetSection(nameof(SigningOptions.Secrets)).GetChildren())
            Add(options, item.Value);
        ReadFlatNames(options, configuration);
        options.ClockTolerance = section.GetValue(nameof(SigningOptions.ClockTolerance), options.ClockTolerance);
        options.MaxBodySize = section.GetValue(nameof(SigningOptions.MaxBodySize), options.MaxBodySize);
        return options;
    }

    /// <summary>The names that hold one text count only where no secret is set yet: a list in the section comes first.</summary>
    public static void ReadFlatNames(SigningOptions options, IConfiguration? configuration)
    {
        foreach (var name in FlatNames)
        {
            if (options.Secrets.Count == 0)
                Add(options, configuration?[name]);
        }
    }

    private static void Add(SigningOptions options, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text))
            options.Secrets.Add(text);
    }
}
