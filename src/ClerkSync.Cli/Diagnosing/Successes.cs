using System.Globalization;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The endpoint took the delivery.</summary>
internal static class Successes
{
    /// <summary>Svix waits 15 s; on a bad day everything takes three times as long.</summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(5);

    public static Meaning Read(ProbeAnswer answer)
    {
        var took = string.Create(CultureInfo.InvariantCulture, $"{answer.Elapsed.TotalMilliseconds:0} ms");
        if (!answer.IsAccepted)
            return Meaning.Fail("refused", $"Status {answer.Status}: that is no answer to a request.", "Look what answers there.");
        if (answer.Elapsed > s_slow)
            return Meaning.Warn("slow", $"The endpoint took the probe, after {took}. Clerk gives up after {Probe.Timeout.TotalSeconds:0} s.", "Store the event, answer, and work afterwards.");
        return answer.Result is { } result
            ? Meaning.Pass($"ClerkSync took the probe in {took} (result {result}).")
            : Meaning.Pass($"The endpoint took the probe in {took} (status {answer.Status}).");
    }

    /// <summary>What the answer to an unsigned probe means, where a signed one was taken; null when it is right.</summary>
    public static Meaning? ReadUnsigned(ProbeAnswer answer) => answer switch
    {
        { IsAccepted: true } => Meaning.Fail(
            "verifies_nothing", $"The endpoint answers {answer.Status} to an unsigned request too: it verifies nothing, and anybody can write to your database.",
            "Verify each delivery before anything else: MapClerkWebhooks does, so do Request.VerifyClerkWebhookAsync and Clerk's verifyWebhook. A handler that answers 200 to what it refuses loses events as well."),
        { Status: >= 500 } => Meaning.Warn("unsigned_error", $"The endpoint answers {answer.Status} to an unsigned request: it fails where it should refuse.", "Answer 400 where the verification fails; errors of 5xx hide real ones."),
        _ => null,
    };
}
