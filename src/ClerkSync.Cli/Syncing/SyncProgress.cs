using System.Globalization;
using ClerkSync.Backfill;
using Spectre.Console;

namespace ClerkSync.Cli.Syncing;

/// <summary>Shows how far lists have been read: bars on a terminal, a line of JSON or of text elsewhere.</summary>
internal sealed class SyncProgress(CliHost host, bool json)
{
    /// <summary>Who reads lines does not want one for each of two thousand pages.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    public async Task<T> ForAsync<T>(Func<IProgress<StreamProgress>, Task<T>> work)
    {
        if (json || !host.OutIsTerminal)
            return await work(new Lines(host, json));

        return await host.Screen.Progress()
            .AutoClear(true)
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new RowCountColumn(), new SpinnerColumn())
            .StartAsync(async context => await Task.Run(() => work(new Bars(context))));
    }

    private static string Text(StreamProgress progress) => progress.Total is { } total
        ? string.Create(CultureInfo.InvariantCulture, $"{progress.Read:N0} of {Math.Max(total, progress.Read):N0}")
        : string.Create(CultureInfo.InvariantCulture, $"{progress.Read:N0}");

    private sealed class Lines(CliHost host, bool json) : IProgress<StreamProgress>
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, DateTimeOffset> _shown = new(StringComparer.Ordinal);

        public void Report(StreamProgress value)
        {
            lock (_lock)
            {
                var now = host.Time.GetUtcNow();
                if (!value.IsDone && _shown.TryGetValue(value.Table, out var last) && now - last < s_pause)
                    return;
                _shown[value.Table] = now;
                if (!json)
                {
                    host.Error.WriteLine($"{value.Table}: {Text(value)}{(value.IsDone ? ", done" : "")}");
                    return;
                }

                host.Out.WriteLine(JsonText.Of(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("type", "progress");
                    writer.WriteString("table", value.Table);
                    writer.WriteNumber("read", value.Read);
                    if (value.Total is { } total)
                        writer.WriteNumber("total", total);
                    else
                        writer.WriteNull("total");
                    writer.WriteBoolean("done", value.IsDone);
                    writer.WriteEndObject();
                }));
            }
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<StreamProgress>
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);

        public void Report(StreamProgress value)
        {
            lock (_lock)
            {
                if (!_tasks.TryGetValue(value.Table, out var task))
                    _tasks.Add(value.Table, task = context.AddTask(value.Table));
                task.IsIndeterminate = value.Total is null && !value.IsDone;
                task.MaxValue = Math.Max(1, value.IsDone ? value.Read : Math.Max(value.Total ?? 0, value.Read));
                task.Value = value.IsDone ? task.MaxValue : value.Read;
                task.State.Update<StreamProgress>(RowCountColumn.Key, _ => value);
                if (value.IsDone)
                    task.StopTask();
            }
        }
    }

    private sealed class RowCountColumn : ProgressColumn
    {
        public const string Key = "rows";

        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Spectre.Console.Text(SyncProgress.Text(task.State.Get<StreamProgress>(Key)));
    }
}
