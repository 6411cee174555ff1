using ClerkSync.Backfill;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Backfill;

public sealed class SharedWorkTests
{
    private readonly SharedWork<string, int> _work = new();
    private readonly TaskCompletionSource<int> _result = new();
    private readonly TaskCompletionSource _cancelled = new();
    private int _begun;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_gives_up_leaves_the_others_their_answer()
    {
        using var cancellation = new CancellationTokenSource();
        var first = _work.RunAsync("a", BeginAsync, cancellation.Token);
        var second = _work.RunAsync("a", BeginAsync, Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(_cancelled.Task.IsCompleted);
        _result.SetResult(7);
        Assert.Equal(7, await second);
        Assert.Equal(1, _begun);
    }

    [Fact]
    public async Task The_last_one_who_gives_up_ends_the_work_and_the_next_one_begins_it_anew()
    {
        using var cancellation = new CancellationTokenSource();
        var first = _work.RunAsync("a", BeginAsync, cancellation.Token);
        var second = _work.RunAsync("a", BeginAsync, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await _cancelled.Task.WaitAsync(Token);
        _result.SetResult(7);
        Assert.Equal(7, await _work.RunAsync("a", BeginAsync, Token));
        Assert.Equal(2, _begun);
    }

    [Fact]
    public async Task A_failure_is_everybodys_and_is_not_kept()
    {
        var first = _work.RunAsync("a", BeginAsync, Token);
        var second = _work.RunAsync("a", BeginAsync, Token);
        _result.SetException(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        Assert.Equal(8, await _work.RunAsync("a", _ => Task.FromResult(8), Token));
    }

    [Fact]
    public async Task Other_keys_are_other_work()
    {
        _result.SetResult(7);
        var both = await Task.WhenAll(_work.RunAsync("a", BeginAsync, Token), _work.RunAsync("b", BeginAsync, Token));
        Assert.Equal([7, 7], both);
        Assert.Equal(2, _begun);
    }

    [Fact]
    public void Unknown_ids_are_forgotten_in_time_and_never_too_many()
    {
        var clock = new FakeTimeProvider();
        var unknown = new RememberedIds(TimeSpan.FromSeconds(30), clock);
        unknown.Add("first");
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.True(unknown.Contains("first"));
        Assert.False(unknown.Contains("second"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(unknown.Contains("first"));
        for (var i = 0; i < 30_000; i++)
            unknown.Add($"id-{i}");
        Assert.True(unknown.Contains("id-29999"));
        Assert.False(unknown.Contains("id-0"));
    }

    private async Task<int> BeginAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _begun);
        try
        {
            return await _result.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }
}
