namespace Hosts;

/// <summary>Razor Pages. They demand an antiforgery token of every form, and the page says that it does not.</summary>
internal static class RazorPages
{
    public static Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddRazorPages();
        var app = builder.Build();
        app.MapRazorPages();
        return app.RunAsync();
    }
}
