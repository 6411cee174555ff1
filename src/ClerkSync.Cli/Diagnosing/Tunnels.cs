using System.Text.RegularExpressions;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>A tunnel answered by itself.</summary>
internal static partial class Tunnels
{
    public static Meaning? Read(ProbeAnswer answer) => ReadNgrok(answer) ?? ReadLocaltunnel(answer) ?? ReadDevTunnels(answer) ?? ReadCloudflare(answer);

    private static Meaning? ReadNgrok(ProbeAnswer answer)
    {
        var code = answer.Header("ngrok-error-code") is { } header ? PlainText.Line(header) : NgrokCode().Match(answer.IsAccepted ? "" : answer.Body).Value;
        return code switch
        {
            "" => null,
            "ERR_NGROK_3200" or "ERR_NGROK_3004" => Meaning.Fail(
                "tunnel_closed", $"ngrok answered, and not your server ({code}): no agent has {answer.Url.Host} open.",
                "Start the agent again. Its address changes unless it has a static domain: then correct the endpoint's URL in Clerk's Dashboard."),
            "ERR_NGROK_8012" => Meaning.Fail(
                "tunnel_without_server", $"ngrok answered, and not your server ({code}): the agent is there, and nothing listens on the local port that it leads to.",
                "Start your server, and start ngrok with its port: ngrok http 8787."),
            _ => Meaning.Fail(
                "tunnel_page", $"ngrok answered, and not your server ({code}).", $"Look the code up at https://ngrok.com/docs/errors/{Uri.EscapeDataString(code.ToLowerInvariant())}; often it is a limit of the plan or a traffic policy."),
        };
    }

    private static Meaning? ReadLocaltunnel(ProbeAnswer answer)
    {
        var isHost = EndsWith(answer, ".loca.lt") || EndsWith(answer, ".localtunnel.me");
        if (answer.Says("bypass-tunnel-reminder") || (isHost && answer.IsPage && (answer.IsAccepted || answer.Status is 401 or 403 or 511)))
        {
            return Meaning.Fail(
                "tunnel_page", "localtunnel answered with its reminder page, and not your server. It shows the page to what looks like a browser.",
                "A delivery of Clerk passes it in general. Where it does not, use another tunnel, or 'clerksync serve --dev', which needs none.");
        }

        return isHost && !answer.IsOfClerkSync && answer.Status is 404 or 502 or 503 or 504 && !answer.Says("Cannot POST")
            ? Meaning.Fail("tunnel_closed", $"localtunnel answered, and not your server: nobody has {answer.Url.Host} open.", "Start localtunnel again; it gets another name unless --subdomain is free. Then correct the endpoint's URL in Clerk's Dashboard.")
            : null;
    }

    private static Meaning? ReadDevTunnels(ProbeAnswer answer)
    {
        if (!EndsWith(answer, ".devtunnels.ms") || answer.IsOfClerkSync)
            return null;
        if (answer.Status is 301 or 302 or 303 or 307 or 401 or 403 || (answer.IsAccepted && answer.IsPage))
        {
            return Meaning.Fail(
                "tunnel_login", "The dev tunnel answered, and not your server: it is private, and wants a login.", "Make it public: devtunnel host -p 8787 --allow-anonymous; in Visual Studio choose Access: Public.");
        }

        return answer.Status is 404 or 502 or 503 or 504 && answer.IsPage
            ? Meaning.Fail("tunnel_closed", "The dev tunnel answered, and not your server: nobody hosts it, or nothing listens on its local port.", "Start the server, then devtunnel host with its port.")
            : null;
    }

    private static Meaning? ReadCloudflare(ProbeAnswer answer)
    {
        if (answer.Header("cf-mitigated") is not null)
        {
            return Meaning.Fail(
                "firewall", "Cloudflare answered with a challenge for browsers, and not your server.", "Make a rule that skips bot protection for the path of the webhook; its signature is its authentication.");
        }

        return answer.Header("Server")?.StartsWith("cloudflare", StringComparison.OrdinalIgnoreCase) == true && answer.Status is >= 520 and <= 530
            ? Meaning.Fail("tunnel_without_server", $"Cloudflare answered {answer.Status}, and not your server: it does not reach the server behind it.", "Start the server and, for a tunnel, cloudflared; check the origin's address and certificate.")
            : null;
    }

    private static bool EndsWith(ProbeAnswer answer, string domain) => answer.Url.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("ERR_NGROK_[0-9]{1,6}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NgrokCode();
}
