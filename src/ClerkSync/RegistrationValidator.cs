using ClerkSync.Handlers;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClerkSync;

/// <summary>Reports what was registered wrongly together with what is configured wrongly, so that one start shows all of it.</summary>
internal sealed class RegistrationValidator(IServiceProvider provider) : IValidateOptions<ClerkSyncOptions>
{
    public const string NoDatabase = "ClerkSync has no database. Choose one: services.AddClerkSync().UseSqlite(\"Data Source=clerksync.db\") or .UsePostgreSql(…).";

    public ValidateOptionsResult Validate(string? name, ClerkSyncOptions options)
    {
        string[] errors = [.. Database(), .. HandlerProblems()];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>Only whether there is one: to make it would need these very options.</summary>
    private IEnumerable<string> Database() => provider.GetService<IServiceProviderIsService>()?.IsService(typeof(ClerkSyncDatabase)) == false ? [NoDatabase] : [];

    private IEnumerable<string> HandlerProblems()
    {
        try
        {
            provider.GetRequiredService<HandlerCatalogue>();
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
    }
}
