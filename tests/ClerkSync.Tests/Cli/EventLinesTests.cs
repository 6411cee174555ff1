using System.Text;
using ClerkSync.Cli.Serving.Development;
using ClerkSync.Handlers;
using ClerkSync.Receiving;
using ClerkSync.Signing;

namespace ClerkSync.Tests.Cli;

/// <summary>The line that <c>serve --dev</c> prints for each event.</summary>
public sealed class EventLinesTests : IDisposable
{
    private static readonly HandlerCatalogue s_one = new(HandlerOf("forward:localhost:3000/hook"));

    private static readonly HandlerCatalogue s_two = new(HandlerOf("forward:localhost:3000/hook"), HandlerOf("forward:localhost:4000/hook"));

    private readonly CliRun _run = new();
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly EventLines _lines;

    public EventLinesTests() => _lines = new(new(_run.Host(_out)), _run.Time);

    [Fact]
    public void Without_handlers_it_is_printed_at_once()
    {
        _lines.Delivered(Delivery("msg_1"), new(ReceiveResult.Applied), TimeSpan.FromMilliseconds(3.4), HandlerCatalogue.Empty);

        Assert.Equal(Line("applied  3 ms"), Printed());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_result_of_a_handler_stands_in_it_whichever_came_first(bool handlerFirst)
    {
        if (handlerFirst)
            _lines.AttemptEnded(Succeeded("msg_1", s_one.All[0].Name));
        _lines.Delivered(Delivery("msg_1"), new(ReceiveResult.Applied), TimeSpan.FromMilliseconds(3), s_one);
        if (!handlerFirst)
            _lines.AttemptEnded(Succeeded("msg_1", s_one.All[0].Name));

        Assert.Equal(Line("applied  3 ms  forward:localhost:3000/hook 200 12 ms"), Printed());
    }

    [Fact]
    public void A_slow_handler_holds_it_up_for_a_second_and_is_told_of_later()
    {
        _lines.Delivered(Delivery("msg_1"), new(ReceiveResult.Applied), TimeSpan.FromMilliseconds(3), s_two);
        _lines.AttemptEnded(Succeeded("msg_1", s_two.All[0].Name));
        Assert.Equal("", Printed());

        _run.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Line("applied  3 ms  forward:localhost:3000/hook 200 12 ms  1 handler not done yet"), Printed());

        _lines.AttemptEnded(Succeeded("msg_1", s_two.All[1].Name));
        _run.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("03:04:07  user.created  user_1  handled  attempt 1: forward:localhost:4000/hook 200 12 ms\n", Printed());
    }

    [Fact]
    public void A_failure_says_when_it_is_tried_again_and_the_next_attempt_has_its_own_line()
    {
        var first = Succeeded("msg_1", s_one.All[0].Name) with { State = RunStates.Retrying, DueAt = CliRun.Now.AddSeconds(5).ToUnixTimeMilliseconds(), Error = "It answered 500.\u001b[31m", Answer = null };
        _lines.Delivered(Delivery("msg_1"), new(ReceiveResult.Applied), TimeSpan.FromMilliseconds(3), s_one);
        _lines.AttemptEnded(first);
        Assert.Equal(Line("applied  3 ms  forward:localhost:3000/hook failed 12 ms, again at 03:04:10: It answered 500. [31m"), Printed());

        _lines.AttemptEnded(first with { Run = first.Run with { Attempts = 2 }, State = RunStates.Dead, DueAt = null });
        Assert.Contains("handled  attempt 2: forward:localhost:3000/hook failed 12 ms, given up: It answered 500.", Printed(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReceiveResult.Duplicate, null, "duplicate  3 ms")]
    [InlineData(ReceiveResult.Ignored, "Another instance.", "ignored  3 ms  Another instance.")]
    public void What_makes_no_runs_waits_for_none(ReceiveResult result, string? why, string expected)
    {
        _lines.Delivered(Delivery("msg_1"), new(result, why), TimeSpan.FromMilliseconds(3), s_one);

        Assert.Equal(Line(expected), Printed());
    }

    [Fact]
    public void Another_messages_results_do_not_stand_in_it()
    {
        _lines.Delivered(Delivery("msg_1"), new(ReceiveResult.Applied), TimeSpan.FromMilliseconds(3), s_one);
        _lines.AttemptEnded(Succeeded("msg_2", s_one.All[0].Name));
        Assert.Equal("", Printed());

        _lines.AttemptEnded(Succeeded("msg_1", s_one.All[0].Name));
        Assert.Single(Printed().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose()
    {
        _out.Dispose();
        _run.Dispose();
    }

    private static string Line(string rest) => $"03:04:05  user.created  user_1  {rest}\n";

    private static VerifiedDelivery Delivery(string id) =>
        new(id, CliRun.Now.ToUnixTimeSeconds(), Encoding.UTF8.GetBytes("""{"data":{"id":"user_1","object":"user"},"object":"event","timestamp":1785400020000,"type":"user.created"}"""), secretIndex: 0);

    private static RunOutcome Succeeded(string messageId, string handler) => new()
    {
        Run = new()
        {
            Sequence = 1,
            Line = Handler.LineOf(handler, "user_1"),
            Fence = 1,
            Handler = handler,
            MessageId = messageId,
            EventType = "user.created",
            ObjectId = "user_1",
            Attempts = 1,
            StartedAt = CliRun.Now.ToUnixTimeMilliseconds(),
        },
        State = RunStates.Succeeded,
        EndedAt = CliRun.Now.ToUnixTimeMilliseconds() + 12,
        Answer = new(200, "ok"),
    };

    private static Handler HandlerOf(string name) => new(name, new(), HandlerInterest.OfForward([]), (_, _) => throw new InvalidOperationException("It is not called here."));

    /// <summary>What was printed since the last look.</summary>
    private string Printed()
    {
        var text = _out.ToString();
        _out.GetStringBuilder().Clear();
        return text;
    }
}
