namespace ClerkSync.Cli;

/// <summary>Mistakes in projections.</summary>
internal static partial class CliErrors
{
    public static CliException BadProjections(IReadOnlyList<string> problems, int exitCode) => new(
        "bad_projections",
        $"Projections cannot work:\n{string.Join('\n', problems.Select(p => "  " + PlainText.Line(p)))}",
        "Correct them in clerksync.json, or the tables; 'clerksync projections check' looks again.",
        exitCode);

    public static CliException ComparingTookTooLong() => new(
        "comparing_took_too_long",
        "The definitions are right, but comparing your tables with the mirror took too long for the database.",
        "Nothing was written. 'clerksync serve' does not compare whole tables and can start. An index on the columns of key and adopt makes comparing faster; a statement_timeout of the database user may be shorter than the two minutes that this command waits.",
        ExitCodes.Failed);

    public static CliException NoProjections() =>
        new("no_projections", "clerksync.json has no \"projections\".", "docs/projections.md shows how to write one.");

    public static CliException UnknownProjection(string name, IEnumerable<string> known) =>
        new("unknown_projection", $"There is no projection '{PlainText.Line(name)}'.", Nearest(name, known, "'clerksync projections list' shows those that have something to do."));

    public static CliException ProjectionInUse(string name) => new(
        "projection_in_use",
        $"clerksync.json has the projection '{PlainText.Line(name)}': it would be there again as soon as a server starts.",
        "Remove it from clerksync.json and restart the servers first. To write all objects anew: 'clerksync projections retry --all'.");

    public static CliException NothingFailed(string projection, string objectId) =>
        new("nothing_failed", $"Nothing of {PlainText.Line(objectId)} has failed in '{PlainText.Line(projection)}'.", "'clerksync projections list' shows what waits and what is dead.", ExitCodes.Failed);
}
