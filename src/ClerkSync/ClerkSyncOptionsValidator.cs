using Microsoft.Extensions.Options;

namespace ClerkSync;

/// <summary>Reports everything that is wrong at once, each with the value seen.</summary>
internal sealed class ClerkSyncOptionsValidator : IValidateOptions<ClerkSyncOptions>
{
    public ValidateOptionsResult Validate(string? name, ClerkSyncOptions options)
    {
        string[] errors =
        [
            .. options.Signing.Validate(), .. options.Receiving.Validate(), .. options.Inbox.Validate(), .. options.Handlers.Validate(), .. options.Projections.Validate(), .. options.Backfill.Validate(),
            .. options.Storage.Validate(), .. options.ClerkApi.Validate(), .. options.ReadThrough.Validate(),
        ];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
