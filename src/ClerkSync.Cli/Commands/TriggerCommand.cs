using System.CommandLine;
using System.Security.Cryptography;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Triggering;
using Spectre.Console;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync trigger</c>: signed samples for an endpoint.</summary>
internal sealed class TriggerCommand : CommandWithExamples
{
    private readonly Argument<string[]> _events = new("event")
    {
        Description = "Event types (user.created) or scenarios (sign-up, team, churn), in the order to send. --list shows all.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _forwardTo = new("--forward-to")
    {
        Description = "Where to send: a URL, localhost:3000/path, or a port. Default: the running 'clerksync serve --dev'.",
        HelpName = "url",
    };

    private readonly Option<string?> _secret = new("--secret")
    {
        Description = "The endpoint's signing secret: whsec_…, @file, or - for standard input. Default: the running server's, else CLERK_WEBHOOK_SIGNING_SECRET.",
        HelpName = "whsec_…",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Changes a value of the body, as data.first_name=Ada. JSON is taken as JSON, anything else as text. Repeatable.",
        HelpName = "path=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<int> _count = new("--count")
    {
        Description = "How many times to send it all, each time about other people.",
        HelpName = "n",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<ulong?> _seed = new("--seed")
    {
        Description = "The same number gives the same ids, people and times, and so the same message ids. Default: new ones that happen now.",
        HelpName = "n",
    };

    private readonly Option<bool> _print = new("--print") { Description = "Writes headers and body instead of sending; with --json as a line for 'webhooks verify --delivery'." };

    private readonly Option<bool> _list = new("--list") { Description = "Shows all event types and scenarios." };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per line on standard output." };

    public TriggerCommand(CliHost host)
        : base("trigger", "Sends signed sample events to an endpoint, as Clerk would.")
    {
        Add(_events);
        foreach (var option in (Option[])[_forwardTo, _secret, _set, _count, _seed, _print, _list, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync trigger user.created", "One new user, to the 'clerksync serve --dev' that runs in this folder."),
        ("clerksync trigger sign-up --count 100", "A hundred sign-ups: mail, user and session of each."),
        ("clerksync trigger user.created --set data.first_name=Ada --set 'data.public_metadata={\"plan\":\"pro\"}'", "With values of your own."),
        ("clerksync trigger user.created user.updated user.deleted --seed 7", "Three events of one and the same user; run it again and they are duplicates."),
        ("clerksync trigger user.created --forward-to 3000 --secret @secret.txt", "To http://localhost:3000" + TriggerTarget.DefaultPath + "."),
        ("clerksync trigger user.created --print --json | clerksync webhooks verify --delivery -", "A signed delivery without a server."),
    ];

    private async Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_json);
        if (parsed.GetValue(_list))
            return TriggerList.Write(host, json);

        var names = parsed.GetValue(_events) ?? [];
        if (names.Length == 0)
            throw CliErrors.NothingToTrigger();
        if (names.FirstOrDefault(name => name.StartsWith('-')) is { } unknown)
            throw CliErrors.UnknownWord(unknown, "clerksync trigger", "option", Options.Select(option => option.Name));
        var count = parsed.GetValue(_count);
        if (count is < 1 or > 1_000_000)
            throw CliErrors.BadCount(count);

        var steps = SampleRun.StepsOf(names);
        var assignments = (parsed.GetValue(_set) ?? []).Select(Assignment.Parse).ToList();
        var secret = parsed.GetValue(_secret) is { } given ? await new InputFiles(host).ReadSecretAsync("--secret", given, cancellationToken) : null;
        var prints = parsed.GetValue(_print);
        var target = TriggerTarget.Find(host, CliConfiguration.Load(host), parsed.GetValue(_forwardTo), secret, sends: !prints);
        var signer = new SampleSigner(SecretText.Parse(target.Secret)[0], host.Time);
        var isScenario = names.Any(name => Scenario.Find(name) is not null);
        var run = new SampleRun(steps, assignments, parsed.GetValue(_seed), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), target.InstanceId, isScenario);

        run.Make(0, host.Time.GetUtcNow());    // mistakes in --set come before anything is sent

        if (prints)
            return Print(host, run, signer, count, json);

        await using var report = new TriggerReport(host, json);
        report.Begin(target);
        using var client = new HttpClient(host.HttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var sender = new DeliverySender(client, target.Url!, host.Time);
        await SendAllAsync(run, count, signer, sender, report, target, host, cancellationToken);
        return report.End();
    }

    private static async Task SendAllAsync(
        SampleRun run, int count, SampleSigner signer, DeliverySender sender, TriggerReport report, TriggerTarget target, CliHost host, CancellationToken cancellationToken)
    {
        var started = host.Time.GetTimestamp();
        var index = 0;

        async Task SendNextAsync()
        {
            foreach (var message in run.Make(index, host.Time.GetUtcNow()))
            {
                var answer = await sender.SendAsync(signer.Sign(message), cancellationToken);
                if (answer.IsUnreachable)
                    throw target.FoundIn is null ? CliErrors.NothingListens(target.Url!) : CliErrors.DevServerGone(target.Url!, target.FoundIn);
                report.Add(message, answer);
            }

            index++;
        }

        while (index < count && (!report.MayShowProgress || host.Time.GetElapsedTime(started) < TimeSpan.FromSeconds(1)))
            await SendNextAsync();
        if (index == count)
            return;

        await host.Screen.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var bar = progress.AddTask("Sending", maxValue: count);
            while (index < count)
            {
                bar.Value = index;
                await SendNextAsync();
            }
        });
    }

    private static int Print(CliHost host, SampleRun run, SampleSigner signer, int count, bool json)
    {
        for (var index = 0; index < count; index++)
        {
            foreach (var message in run.Make(index, host.Time.GetUtcNow()))
                host.Out.Write(signer.Sign(message).ToText(json));
        }

        return ExitCodes.Done;
    }
}
