using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Reads the section <c>ClerkSync:Authentication</c> before the application's code sets options, and after it the flat names for keys that are still missing. Read by hand: the binder would have to see through what
/// the base class holds. An empty value counts as absent.
/// </summary>
internal sealed class ClerkAuthenticationConfiguration(IConfiguration? configuration) : IConfigureNamedOptions<ClerkAuthenticationOptions>, IPostConfigureOptions<ClerkAuthenticationOptions>
{
    public void Configure(ClerkAuthenticationOptions options) => Configure(ClerkAuthenticationDefaults.AuthenticationScheme, options);

    /// <summary>The section is that of the scheme with the usual name; a second application has its own in code.</summary>
    public void Configure(string? name, ClerkAuthenticationOptions options)
    {
        if (name != ClerkAuthenticationDefaults.AuthenticationScheme || configuration?.GetSection(ClerkAuthenticationDefaults.Section) is not { } section)
            return;
        options.PublishableKey = Text(section, nameof(options.PublishableKey)) ?? options.PublishableKey;
        options.JwtKey = Text(section, nameof(options.JwtKey)) ?? options.JwtKey;
        options.SecretKey = Text(section, nameof(options.SecretKey)) ?? options.SecretKey;
        options.ApiUrl = Text(section, nameof(options.ApiUrl)) ?? options.ApiUrl;
        options.SignInUrl = Text(section, nameof(options.SignInUrl)) ?? options.SignInUrl;
        Add(section, nameof(options.AuthorizedParties), options.AuthorizedParties);
        Add(section, nameof(options.Issuers), options.Issuers);
        Add(section, nameof(options.Audiences), options.Audiences);
        options.AllowBearerWithoutAuthorizedParty = Flag(section, nameof(options.AllowBearerWithoutAuthorizedParty), options.AllowBearerWithoutAuthorizedParty);
        options.AllowCookieWithoutAuthorizedParty = Flag(section, nameof(options.AllowCookieWithoutAuthorizedParty), options.AllowCookieWithoutAuthorizedParty);
        options.AllowCrossOriginCookies = Flag(section, nameof(options.AllowCrossOriginCookies), options.AllowCrossOriginCookies);
        options.AcceptJwtTemplates = Flag(section, nameof(options.AcceptJwtTemplates), options.AcceptJwtTemplates);
        options.TreatPendingAsSignedOut = Flag(section, nameof(options.TreatPendingAsSignedOut), options.TreatPendingAsSignedOut);
        options.ClockSkew = Span(section, nameof(options.ClockSkew), options.ClockSkew);
        options.BackchannelTimeout = Span(section, nameof(options.BackchannelTimeout), options.BackchannelTimeout);
    }

    public void PostConfigure(string? name, ClerkAuthenticationOptions options)
    {
        // a scheme of another name that has a key of its own is another application: a key of this one would not fit
        if (name != ClerkAuthenticationDefaults.AuthenticationScheme && (options.PublishableKey ?? options.JwtKey ?? options.SecretKey) is not null)
            return;
        options.JwtKey = Present(options.JwtKey) ?? Text("CLERK_JWT_KEY");
        options.PublishableKey = Present(options.PublishableKey) ?? Text("CLERK_PUBLISHABLE_KEY") ?? Text("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY");
        options.SecretKey = Present(options.SecretKey) ?? Text("CLERK_SECRET_KEY");
        options.ApiUrl = Present(options.ApiUrl) ?? Text("CLERK_API_URL");
    }

    private string? Text(string name) => configuration is null ? null : Text(configuration, name);

    private static string? Text(IConfiguration section, string name) => Present(section[name]);

    private static string? Present(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>A list, or one text with blanks or commas between.</summary>
    private static void Add(IConfigurationSection section, string name, IList<string> list)
    {
        var items = section.GetSection(name).GetChildren().Select(c => c.Value).Concat(section[name]?.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []);
        foreach (var item in items)
        {
            if (Present(item) is { } text)
                list.Add(text);
        }
    }

    private static bool Flag(IConfigurationSection section, string name, bool otherwise) =>
        Text(section, name) is not { } text ? otherwise
        : bool.TryParse(text, out var value) ? value
        : throw new InvalidOperationException($"{section.Path}:{name} is \"{text}\"; it must be true or false.");

    private static TimeSpan Span(IConfigurationSection section, string name, TimeSpan otherwise) =>
        Text(section, name) is not { } text ? otherwise
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value
        : throw new InvalidOperationException($"{section.Path}:{name} is \"{text}\"; it must be a time such as 00:00:05.");
}
