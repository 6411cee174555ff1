using System.Text.RegularExpressions;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>A tunnel answered by itself.</summary>
internal static partial class Tunnels
{
    public static Meaning? Read(ProbeAnswer answer) => ReadNgrok(answer) ?? ReadLocaltunnel(answer) ?? ReadDevTunnels(answer) ?? ReadCloudflare(answer);

    private static Meaning? ReadNgrok(ProbeAnswer answer)
    {
        var code = answer.Header("ngrok-error-code") is { } header ? answer.Clean(header) : NgrokCode().Match(answer.IsAccepted ? "" : answer.Body).Value;
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
        if (answer.Says("bypass-tunnel-reminder") || (isHost && (answer.Status == 511 || (answer.IsPage && (answer.Says("localtunnel") || answer.Says("tunnel password"))))))
        {
            return Meaning.Fail(
                "tunnel_page", "localtunnel answered with its reminder page, and not your server. It shows the page to what looks like a browser.",
                "A delivery of Clerk passes it in general. Where it does not, use another tunnel, or 'clerksync serve --dev', which needs none.");
        }

        if (!isHost || answer.IsOfClerkSync)
            return null;

        // its words: a closed tunnel is "404" or "503 - Tunnel Unavailable"
        var isCertain = answer.Says("tunnel") || (answer.Status == 404 && answer.Body.Trim() is "" or "404");
        return answer.Status is 404 && !isCertain ? null
            : answer.Status is 404 or 502 or 503 or 504
                ? Meaning.Fail(
                    "tunnel_closed", isCertain ? $"localtunnel answered, and not your server: nobody has {answer.Url.Host} open." : $"Status {answer.Status}: either nobody has {answer.Url.Host} open in localtunnel, or your server itself answers so.",
                    "Start localtunnel again; it gets another name unless --subdomain is free. Then correct the endpoint's URL in Clerk's Dashboard. If it is open, look into your server's log.")
                : null;
    }

    private static Meaning? ReadDevTunnels(ProbeAnswer answer)
    {
        if (!EndsWith(answer, ".devtunnels.ms") || answer.IsOfClerkSync)
            return null;

        const string isPublic = "Make it public: devtunnel host -p 8787 --allow-anonymous; in Visual Studio choose Access: Public.";
        const string login = "The dev tunnel answered, and not your server: it is private, and wants a login.";
        var itself = answer.Says("devtunnel") || answer.Says("dev tunnel") || answer.Says("dev-tunnel") || answer.Header("WWW-Authenticate")?.Contains("tunnel", StringComparison.OrdinalIgnoreCase) == true;
        if (answer.Status is >= 300 and < 400)
            return answer.Location is { } to && IsDevTunnelLogin(to.Host) ? Meaning.Fail("tunnel_login", login, isPublic) : null;
        if (answer.Status is 401 or 403 && itself)
            return Meaning.Fail("tunnel_login", login, isPublic);
        if (answer.Status is 401 or 403 && answer.Body.Length == 0)
        {
            return Meaning.Fail(
                "tunnel_login", $"Status {answer.Status}, and no word of why: either the dev tunnel is private and wants a login, or your server itself refuses.",
                $"{isPublic} If it is public: {Verifiers.Secret}");
        }

        if (answer.IsAccepted && answer.IsPage && itself)
            return Meaning.Fail("tunnel_login", login, isPublic);
        return answer.Status is 502 or 503 or 504 && (itself || answer.IsPage || answer.Body.Length == 0) || (answer.Status is 404 && itself)
            ? Meaning.Fail(
                "tunnel_closed", itself ? "The dev tunnel answered, and not your server: nobody hosts it, or nothing listens on its local port." : $"Status {answer.Status}: either nobody hosts the dev tunnel, or nothing listens on its local port, or your server itself answers so.",
                "Start the server, then devtunnel host with its port. If both run, look into your server's log.")
            : null;
    }

    private static bool IsDevTunnelLogin(string host) =>
        host.EndsWith(".visualstudio.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".microsoftonline.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith("github.com", StringComparison.OrdinalIgnoreCase);

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
