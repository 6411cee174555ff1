namespace ClerkSync.Cli.Diagnosing;

/// <summary>Sends a signed probe, which must be taken, and an unsigned one, which must be refused; and says who answered, and why.</summary>
internal sealed class EndpointCheck(CliHost host, EndpointTarget? target) : Check("endpoint")
{
    /// <summary>What an endpoint says that refuses a request without a signature, as it must.</summary>
    private static readonly string[] s_refusals = ["wrong_secret", "not_verified", "headers_dropped", "headers_changed", "clock", "forbidden", "refused"];

    /// <summary>Two probes, each with its own limit.</summary>
    public override TimeSpan Limit => (2 * Probe.Timeout) + TimeSpan.FromSeconds(10);

    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (target is null)
            return NotChecked("no 'clerksync serve --dev' runs in this folder or above it, and no address is given", "Name the endpoint: clerksync doctor --url https://app.example.com/api/webhooks/clerk");

        using var client = new HttpClient(host.HttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var probe = new Probe(client, target.Url, host.Time);
        if (target.Secrets is null)
            return await LookWithoutSecretAsync(probe, cancellationToken);

        var answer = await probe.SendAsync(target.Secrets, cancellationToken);
        if (answer.Failure == ProbeFailure.Timeout)
        {
            var quick = await probe.SendAsync(null, cancellationToken);
            return Found(IsRefusal(quick) ? NoAnswers.SlowHandler(quick) : Meaning.Of(answer), answer);
        }

        var meaning = Meaning.Of(answer);
        if (meaning.Status == CheckStatus.Fail)
            return Found(meaning, answer);

        var unsigned = await probe.SendAsync(null, cancellationToken);
        return Successes.ReadUnsigned(unsigned) is { } wrong ? Found(wrong, unsigned) : Found(meaning, answer);
    }

    /// <summary>Without a secret the way can be tried, and the verification cannot.</summary>
    private async Task<Finding> LookWithoutSecretAsync(Probe probe, CancellationToken cancellationToken)
    {
        var answer = await probe.SendAsync(null, cancellationToken);
        if (answer.IsAccepted && !answer.IsPage && Successes.ReadUnsigned(answer) is { } nothing)
            return Found(nothing, answer);

        // who stands in front is named first: only the endpoint itself refuses rightly
        var meaning = Meaning.Of(answer);
        return IsRefusal(answer) && s_refusals.Contains(meaning.Code, StringComparer.Ordinal)
            ? Warn("no_signed_probe", $"{target} refuses an unsigned request, as it must. There is no usable signing secret to try a signed one with.", "Set CLERK_WEBHOOK_SIGNING_SECRET, or give --secret @file.", answer.Detail)
            : Found(meaning, answer);
    }

    private static bool IsRefusal(ProbeAnswer answer) => answer.Status is 400 or 401 or 403 or 422;

    private Finding Found(Meaning meaning, ProbeAnswer answer)
    {
        if (answer.Failure == ProbeFailure.Unreachable && target is { IsGiven: false })
        {
            return Fail(
                "dev_server_gone", $"Nothing answers at {target}, where {DevState.FolderName}/dev.json says that 'clerksync serve --dev' runs.",
                "It seems to have been killed: start 'clerksync serve --dev' again. If you do not need it, remove the file.");
        }

        var detail = $"POST {target}. {(answer.Failure == ProbeFailure.None ? answer.Detail : "No answer.")}";
        return new(Name, meaning.Status, meaning.Message) { Code = meaning.Code, Remedy = meaning.Remedy, Detail = detail };
    }
}
