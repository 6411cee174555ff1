using ClerkSync.Handlers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClerkSync.Tests.Handlers;

/// <summary>What is made of the address and the options of a forward, before anything is sent.</summary>
public sealed class ForwardRegistrationTests
{
    [Theory]
    [InlineData("3000", "http://localhost:3000/api/webhooks/clerk")]
    [InlineData("localhost:3000", "http://localhost:3000/api/webhooks/clerk")]
    [InlineData("localhost:3000/x", "http://localhost:3000/x")]
    [InlineData("localhost:3000/", "http://localhost:3000/")]
    [InlineData("app", "http://app/api/webhooks/clerk")]
    [InlineData("app.example.com/hook", "https://app.example.com/hook")]
    [InlineData(" http://app.example.com?tenant=7 ", "http://app.example.com/?tenant=7")]
    [InlineData("host.docker.internal:3000/x", "http://host.docker.internal:3000/x")]
    [InlineData("[::1]:3000/x", "http://[::1]:3000/x")]
    [InlineData("ftp://example.com/x", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("0", null)]
    [InlineData("70000", null)]
    [InlineData("", null)]
    [InlineData("http://", null)]
    public void Addresses_are_read_as_people_write_them(string text, string? url) => Assert.Equal(url, ForwardAddress.Parse(text)?.ToString());

    [Theory]
    [InlineData("ftp://ada:hunter2@example.com/x", "example.com/x")]
    [InlineData("https://example.com:bad/?token=hunter2", "https://example.com:bad/")]
    [InlineData("https://ada:hunter2?x@example.com/p", "https://…")]
    [InlineData("https://ada:hunter2#x@example.com/p", "https://…")]
    [InlineData("https://ada:hunter@2?x@example.com/p", "https://…")]
    [InlineData("https://example.com:bad/?token=x@hunter2", "https://…")]
    [InlineData("ada:hunter2?x@example.com", "…")]
    [InlineData("ada:hunter2?x://y@example.com", "…")]
    public void What_may_be_a_password_is_not_shown(string text, string shown) => Assert.Equal(shown, ForwardAddress.Shown(text));

    [Theory]
    [InlineData("3000", "forward:localhost:3000/api/webhooks/clerk")]
    [InlineData("https://app.example.com/hook?token=hidden", "forward:app.example.com/hook")]
    [InlineData("http://app.example.com/hook", "forward:app.example.com:80/hook")]
    [InlineData("https://app.example.com/a%20b/~c", "forward:app.example.com/a-20b/-c")]
    [InlineData("http://[::1]:3000/x", "forward:-::1-:3000/x")]
    public void A_forward_is_named_after_its_address(string address, string name) => Assert.Equal(name, Assert.Single(Catalogue(b => b.AddForward(address)).All).Name);

    [Fact]
    public void Long_addresses_have_names_that_fit_and_differ()
    {
        var path = new string('p', 200);
        var names = Catalogue(b => b.AddForward($"http://localhost/{path}/a").AddForward($"http://localhost/{path}/b")).All.Select(h => h.Name).ToArray();

        Assert.All(names, n => Assert.Equal(120, n.Length));
        Assert.NotEqual(names[0], names[1]);
    }

    [Fact]
    public void Without_patterns_it_takes_everything_and_what_is_not_known_yet()
    {
        var all = Assert.Single(Catalogue(b => b.AddForward("3000")).All).Interest;
        var users = Assert.Single(Catalogue(b => b.AddForward("3000", f => f.ForTypes("user.*"))).All).Interest;

        Assert.True(all.Includes("user.created") && all.Includes("email.created") && all.Includes("of.tomorrow"));
        Assert.True(users.Includes("user.created") && users.Includes("user.tomorrow"));
        Assert.False(users.Includes("session.created") || users.Includes("of.tomorrow"));
    }

    [Fact]
    public void Every_mistake_is_told_at_once_and_no_secret_with_them()
    {
        var problems = ProblemsOf(b => b
            .AddForward("ftp://mara:pa55@example.com/x?token=t0k3n")
            .AddForward("http://mara:pa55@localhost/x?token=t0k3n", f => (f.Name, f.Secret) = ("two", "whsec_d4maged!"))
            .AddForward("3000", f =>
            {
                (f.Name, f.Secret, f.Timeout, f.MaxConcurrency, f.Jitter) = ("three", " ", TimeSpan.FromMinutes(11), 0, 2);
                f.ForTypes("user.made");
                f.RetryDelays.Add(TimeSpan.FromDays(31));
                f.Headers["Webhook-Signature"] = "v4lue";
                f.Headers["Content-Type"] = "v4lue";
                f.Headers["Host name"] = "v4lue";
                f.Headers["X-Line"] = "v4lue\r\nX-Other: v4lue";
            })
            .AddForward("3000")
            .AddForward("localhost:3000"));

        foreach (var sentence in (string[])
        [
            "\"example.com/x\" is not an address.",
            "Forward \"two\": the address of localhost has a user name or password in it.",
            "Forward \"two\": its secret is damaged.",
            "Forward \"three\": its secret is empty.",
            "Forward \"three\": Timeout is 00:11:00; it must be more than zero and at most 00:10:00.",
            "Handler \"three\": MaxConcurrency is 0",
            "Handler \"three\": Jitter is 2",
            "Handler \"three\": \"user.made\" is no event type of Clerk",
            "Handler \"three\": RetryDelays holds 31.00:00:00",
            "Forward \"three\": the header Webhook-Signature cannot be set",
            "Forward \"three\": the header Content-Type cannot be set",
            "Forward \"three\": \"Host name\" is not the name of a header.",
            "Forward \"three\": the value of header X-Line holds characters",
            "2 handlers have the name \"forward:localhost:3000/api/webhooks/clerk\".",
        ])
        {
            Assert.Contains(problems, p => p.Contains(sentence, StringComparison.Ordinal));
        }

        Assert.Equal(14, problems.Length);
        Assert.All(["pa55", "t0k3n", "d4maged", "v4lue"], secret => Assert.DoesNotContain(problems, p => p.Contains(secret, StringComparison.Ordinal)));
    }

    private static HandlerCatalogue Catalogue(Action<ClerkSyncBuilder> configure)
    {
        var services = new ServiceCollection();
        configure(services.AddClerkSync());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<HandlerCatalogue>();
    }

    private static string[] ProblemsOf(Action<ClerkSyncBuilder> configure) => [.. Assert.Throws<OptionsValidationException>(() => Catalogue(configure)).Failures];
}
