using ClerkSync.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds authentication with Clerk's session tokens.</summary>
public static class ClerkAuthenticationBuilderExtensions
{
    /// <summary>
    /// Signs in whoever shows a session token of Clerk, in the <c>Authorization</c> header or in the cookie that Clerk's JavaScript sets. Keys come from the configuration: <c>CLERK_JWT_KEY</c>,
    /// <c>CLERK_PUBLISHABLE_KEY</c>, else <c>CLERK_SECRET_KEY</c>; other options from <c>ClerkSync:Authentication</c>. The services of authorization are added too.
    /// </summary>
    /// <param name="builder">What <c>AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme)</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static AuthenticationBuilder AddClerk(this AuthenticationBuilder builder) => builder.AddClerk(ClerkAuthenticationDefaults.AuthenticationScheme, configure: null);

    /// <summary>The same, with options that the application's code sets; they replace those of the configuration.</summary>
    /// <param name="builder">What <c>AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme)</c> returned.</param>
    /// <param name="configure">Sets options; may be null.</param>
    /// <returns>The same builder.</returns>
    public static AuthenticationBuilder AddClerk(this AuthenticationBuilder builder, Action<ClerkAuthenticationOptions>? configure) =>
        builder.AddClerk(ClerkAuthenticationDefaults.AuthenticationScheme, configure);

    /// <summary>Adds a scheme of another name, such as that of a second Clerk application. The section <c>ClerkSync:Authentication</c> is not read for it; the flat names are, unless a key is set in code.</summary>
    /// <param name="builder">What <c>AddAuthentication</c> returned.</param>
    /// <param name="authenticationScheme">The name of the scheme.</param>
    /// <param name="configure">Sets options; may be null.</param>
    /// <returns>The same builder.</returns>
    public static AuthenticationBuilder AddClerk(this AuthenticationBuilder builder, string authenticationScheme, Action<ClerkAuthenticationOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(authenticationScheme);
        var services = builder.Services;
        services.AddAuthorization();
        if (services.All(s => s.ServiceType != typeof(ClerkAuthenticationConfiguration)))
        {
            services.AddSingleton(p => new ClerkAuthenticationConfiguration(p.GetService<IConfiguration>()));
            services.AddSingleton<IConfigureOptions<ClerkAuthenticationOptions>>(p => p.GetRequiredService<ClerkAuthenticationConfiguration>());
            services.AddSingleton<IPostConfigureOptions<ClerkAuthenticationOptions>>(p => p.GetRequiredService<ClerkAuthenticationConfiguration>());
        }

        services.AddOptions<ClerkAuthenticationOptions>(authenticationScheme).ValidateOnStart();
        return builder.AddScheme<ClerkAuthenticationOptions, ClerkAuthenticationHandler>(authenticationScheme, "Clerk", configure);
    }
}
