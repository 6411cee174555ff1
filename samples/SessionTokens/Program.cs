using System.Security.Claims;
using System.Text.Encodings.Web;
using ClerkSync.AspNetCore;
using SessionTokens;

var builder = WebApplication.CreateBuilder(args);

// keys: CLERK_PUBLISHABLE_KEY and CLERK_JWT_KEY; the origin of these pages: ClerkSync:Authentication:AuthorizedParties in appsettings.Development.json
builder.Services.AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme).AddClerk(options => options.SignInUrl = "/sign-in");

var app = builder.Build();

// pages: the browser sends the cookie that Clerk's JavaScript keeps
app.MapGet("/", (ClaimsPrincipal user) => Page.Show(user.GetClerkUserId() is { } id ? $"<p>Signed in as {HtmlEncoder.Default.Encode(id)}. <a href=\"/account\">Account</a></p>" : "<p><a href=\"/account\">Sign in</a></p>"));
app.MapGet("/account", (ClaimsPrincipal user) => Page.Show($"<h1>Account of {HtmlEncoder.Default.Encode(user.GetClerkUserId()!)}</h1>")).RequireAuthorization();
app.MapGet("/sign-in", (IConfiguration configuration) => Page.ShowSignIn(configuration["CLERK_PUBLISHABLE_KEY"]));

// an API: its callers send the token in the header
var api = app.MapGroup("/api").RequireAuthorization();
api.MapGet("/me", (ClaimsPrincipal user) => new { user = user.GetClerkUserId(), organization = user.GetClerkOrganizationId(), role = user.GetClerkOrganizationRole() });
api.MapGet("/reports", () => new { latest = "2026-07" }).RequireClerkPermission("org:reports:read");

app.Run();
