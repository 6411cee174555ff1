namespace ClerkSync.Cli.Diagnosing;

/// <summary>Nobody answered.</summary>
internal static class NoAnswers
{
    public static Meaning? Read(ProbeAnswer answer)
    {
        var (server, port) = ($"{answer.Url.Scheme}://{answer.Url.Host}", answer.Url.Port);
        return answer.Failure switch
        {
            ProbeFailure.None => null,
            ProbeFailure.UnknownHost => Meaning.Fail(
                "unknown_host", $"The name {answer.Url.Host} is not known: no DNS server has an address for it.", "Correct the host name. A tunnel's name goes when the tunnel is closed; a new domain takes a while."),
            ProbeFailure.Unreachable => Meaning.Fail(
                "unreachable", $"Nothing answers at {server}:{port}: the connection was refused or there is no way to it.",
                answer.Url.IsLoopback ? "Start the server, and check the port." : "Check that the server runs, listens on all addresses (not only 127.0.0.1), and that the firewall lets the port through."),
            ProbeFailure.Certificate => Meaning.Fail(
                "certificate", $"The certificate of {answer.Url.Host} is not trusted here (expired, self-signed, for another name, or without its chain). Clerk does not deliver to such an endpoint.",
                "Install a certificate of a public authority with its whole chain. On a laptop use a tunnel or 'clerksync serve --dev', which bring their own."),
            ProbeFailure.Tls => Meaning.Fail(
                "tls", $"No TLS connection to {answer.Url.Host}:{port} came about. Most likely the port speaks plain http.", "Check scheme and port: https wants the port of the proxy that has the certificate. For a local server write http://."),
            ProbeFailure.NoHttp => Meaning.Fail(
                "no_http", $"What answers at {server}:{port} does not speak HTTP there: another program has the port, or it wants https.", "Check scheme and port."),
            ProbeFailure.Timeout => Meaning.Fail(
                "timeout", $"No answer came from {server}:{port} within {Probe.Timeout.TotalSeconds:0} s; Clerk gives up then, and tries again later.",
                "Check that the host does not sleep, that the tunnel is open, that the firewall lets the port through, and that the handler answers before it does slow work."),
            _ => Meaning.Fail(
                "connection_lost", $"The connection to {server}:{port} broke before the answer was complete.", "Look into the log of the server, or of the proxy in front of it: it crashed, or closed the connection."),
        };
    }

    /// <summary>A signed probe was not answered in time, and an unsigned one was: what is slow comes after the verification.</summary>
    public static Meaning SlowHandler(ProbeAnswer unsigned) => Meaning.Fail(
        "slow_handler",
        $"The endpoint at {ProbeAnswer.Shown(unsigned.Url)} is there (an unsigned request was answered {unsigned.Status}), and did not answer a signed one within {Probe.Timeout.TotalSeconds:0} s. The handler works before it answers; Clerk gives up then, and sends the same again.",
        "Store the event, answer 200, and work afterwards: ClerkSync does that, and 'clerksync serve --forward-to' does it for an existing route.");
}
